#include "lib/doc/prox_spm_shim.h"

#include <sentencepiece_processor.h>

#include <exception>
#include <vector>

struct prox_spm {
	sentencepiece::SentencePieceProcessor processor;
};

extern "C" struct prox_spm *prox_spm_open(const char *path, struct err *e)
{
	prox_spm *m = nullptr;

	try {
		m = new prox_spm;
		const auto status = m->processor.Load(path);

		if (status.ok())
			return m;
		err_set_rc(e, RC_INPUT, "%s: %s", path, status.ToString().c_str());
	} catch (const std::exception &x) {
		err_set_rc(e, RC_INPUT, "%s: %s", path, x.what());
	} catch (...) {
		err_set_rc(e, RC_INPUT, "%s: this model cannot be read", path);
	}
	delete m;
	return nullptr;
}

extern "C" void prox_spm_close(struct prox_spm *m)
{
	delete m;
}

extern "C" size_t prox_spm_count(const struct prox_spm *m, struct slice text)
{
	try {
		std::vector<int> ids;
		const auto status = m->processor.Encode({text.p, text.n}, &ids);

		return status.ok() ? ids.size() : text.n;
	} catch (...) {
		return text.n;
	}
}
