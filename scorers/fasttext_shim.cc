extern "C" {
#include "scorers/fasttext_shim.h"
}

#include <cmath>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>
#include <unistd.h>
#include <vector>

#include <fasttext/fasttext.h>

namespace {

/* Opens what the library protects: its parts without a shared_ptr copied per call, and loading from
 * a stream with the version check it does for files. */
struct door : fasttext::FastText {
	void load(std::istream &in)
	{
		if (!checkModel(in))
			throw std::invalid_argument("the library does not know this format");
		loadModel(in);
	}

	const fasttext::Dictionary &dictionary() const
	{
		return *dict_;
	}

	void clear_row(int32_t row)
	{
		auto dense = std::dynamic_pointer_cast<fasttext::DenseMatrix>(input_);

		for (int64_t i = 0; dense && row >= 0 && i < dense->cols(); i++)
			dense->at(row, i) = 0;
	}
};

/* Reads bytes in place. */
struct byte_source : std::streambuf {
	explicit byte_source(struct slice s)
	{
		char *p = const_cast<char *>(s.p);

		setg(p, p, p + s.n);
	}
};

/* Reads a text in place, then one LF. */
struct line_source : byte_source {
	explicit line_source(struct slice s) : byte_source(s)
	{
	}

	int_type underflow() override
	{
		if (ended)
			return traits_type::eof();
		ended = true;
		setg(&newline, &newline, &newline + 1);
		return traits_type::to_int_type(newline);
	}

	char newline = '\n';
	bool ended = false;
};

} // namespace

struct fasttext_model {
	door model;
	std::vector<std::string> label;
};

/* Says what went wrong while an exception is in flight. */
static int report(const char *path, struct err *e)
{
	try {
		throw;
	} catch (const std::bad_alloc &) {
		return err_set_rc(e, RC_MEMORY, "%s: not enough memory for the model", path);
	} catch (const std::exception &x) {
		return err_set_rc(e, RC_INPUT, "%s: fastText: %s", path, x.what());
	} catch (...) {
		return err_set_rc(e, RC_INPUT, "%s: fastText failed", path);
	}
}

extern "C" struct fasttext_model *fasttext_load(const struct model_file *file, struct err *e)
{
	if ((!file->input.quantized && model_matrix_finite(file, &file->input, e)) ||
	    (!file->output.quantized && model_matrix_finite(file, &file->output, e)))
		return nullptr;
	try {
		std::unique_ptr<struct fasttext_model> f(new struct fasttext_model);
		byte_source source(file->bytes);
		std::istream in(&source);

		f->model.load(in);
		for (int32_t i = 0; i < f->model.dictionary().nlabels(); i++)
			f->label.push_back(f->model.dictionary().getLabel(i));
		return f.release();
	} catch (...) {
		report(file->path.p, e);
		return nullptr;
	}
}

extern "C" struct fasttext_model *fasttext_open(const char *path, struct err *e)
{
	struct model_file file;

	if (model_file_open(&file, path, e))
		return nullptr;
	struct fasttext_model *f = fasttext_load(&file, e);
	model_file_close(&file);
	return f;
}

extern "C" void fasttext_close(struct fasttext_model *f)
{
	delete f;
}

extern "C" size_t fasttext_n_labels(const struct fasttext_model *f)
{
	return f->label.size();
}

extern "C" struct slice fasttext_label(const struct fasttext_model *f, size_t label)
{
	return slice{f->label[label].data(), f->label[label].size()};
}

extern "C" int fasttext_predict(const struct fasttext_model *f, struct slice text,
                                struct arena *mem, struct fasttext_prediction **out)
{
	try {
		line_source source(text);
		std::istream in(&source);
		std::vector<int32_t> features, labels;
		fasttext::Predictions found;

		f->model.dictionary().getLine(in, features, labels);
		f->model.predict((int32_t)f->label.size(), features, found);
		*out = (struct fasttext_prediction *)arena_alloc(mem, found.size() * sizeof **out);
		for (size_t i = 0; i < found.size(); i++)
			(*out)[i] = {std::exp(found[i].first), found[i].second};
		return (int)found.size();
	} catch (...) {
		return -1;
	}
}

extern "C" void fasttext_train_presets(struct fasttext_training *t)
{
	*t = fasttext_training{};
	t->lr = 0.1;
	t->epoch = 3;
	t->dim = 100;
	t->word_ngrams = 2;
	t->min_count = 1;
	t->bucket = 2000000;
	t->neg = 5;
	t->ws = 5;
	t->lr_update_rate = 100;
	t->t = 1e-4;
	t->loss = MODEL_SOFTMAX;
	t->threads = 1;
}

static fasttext::Args library_args(const struct fasttext_training &t, const char *input)
{
	fasttext::Args args;

	args.input = input;
	args.model = fasttext::model_name::sup;
	args.loss = static_cast<fasttext::loss_name>(t.loss);
	args.lr = t.lr;
	args.epoch = t.epoch;
	args.dim = t.dim;
	args.wordNgrams = t.word_ngrams;
	args.minCount = t.min_count;
	args.minCountLabel = 0;
	args.minn = t.minn;
	args.maxn = t.maxn;
	args.bucket = t.word_ngrams <= 1 && t.maxn == 0 ? 0 : t.bucket;
	args.neg = t.neg;
	args.ws = t.ws;
	args.lrUpdateRate = t.lr_update_rate;
	args.t = t.t;
	args.thread = t.threads;
	args.seed = t.seed;
	args.verbose = 0;
	return args;
}

/* Makes a finished temporary file visible, once it has been read back and is on disk. */
static int commit(const std::string &tmp, const char *output, struct err *e)
{
	struct model_file check;

	if (model_file_open(&check, tmp.c_str(), e))
		return -1;
	model_file_close(&check);
	const int fd = open(tmp.c_str(), O_RDONLY | O_CLOEXEC);
	const bool synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	if (!synced || rename(tmp.c_str(), output))
		return err_set_rc(e, RC_OUTPUT, "%s: the model cannot be written", output);
	return 0;
}

extern "C" int fasttext_train(const struct fasttext_training *t, const char *input,
                              const char *output, struct err *e)
{
	std::string tmp;
	int rc = -1;

	try {
		door model;

		tmp = std::string(output) + ".tmp";
		model.train(library_args(*t, input));
		if (t->zero_eos)
			model.clear_row(model.dictionary().getId(fasttext::Dictionary::EOS));
		model.saveModel(tmp);
		rc = commit(tmp, output, e);
	} catch (...) {
		rc = report(input, e);
	}
	if (rc && !tmp.empty())
		unlink(tmp.c_str());
	return rc;
}
