/* What this process may use of the machine, and how many threads fit in the memory budget. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/doc/chunks.h"
#include "lib/run/run.h"

/* The first two numbers of a small file, such as cgroup's "200000 100000"; "max" is no number. */
static int read_numbers(const char *path, double number[2])
{
	char text[128];
	FILE *f = fopen(path, "re");
	int n = 0;

	if (!f)
		return 0;
	if (fgets(text, sizeof text, f))
		n = sscanf(text, "%lf %lf", &number[0], &number[1]);
	fclose(f);
	return n;
}

unsigned machine_cores(void)
{
	const char *slurm = getenv("SLURM_CPUS_PER_TASK");
	double quota[2];
	cpu_set_t set;
	unsigned cores = 1;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		cores = (unsigned)CPU_COUNT(&set);
	else if (sysconf(_SC_NPROCESSORS_ONLN) > 0)
		cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	if (read_numbers("/sys/fs/cgroup/cpu.max", quota) == 2 && quota[1] > 0) {
		unsigned allowed = (unsigned)(quota[0] / quota[1] + 0.5);

		if (allowed >= 1 && allowed < cores)
			cores = allowed;
	}
	if (slurm && atoi(slurm) >= 1 && (unsigned)atoi(slurm) < cores)
		cores = (unsigned)atoi(slurm);
	return cores;
}

/* What Slurm gave the job, in MiB a node or a CPU; 0: unknown. */
static uint64_t slurm_memory(void)
{
	const char *node = getenv("SLURM_MEM_PER_NODE"), *each = getenv("SLURM_MEM_PER_CPU");
	const char *cpus = getenv("SLURM_CPUS_ON_NODE");
	uint64_t mib = 0, n = 1;

	if (node && slice_to_u64(slice_of(node), &mib))
		return mib << 20;
	if (!each || !slice_to_u64(slice_of(each), &mib) || !cpus ||
	    !slice_to_u64(slice_of(cpus), &n))
		return 0;
	return (mib << 20) * n;
}

uint64_t machine_memory(void)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	double limit[2];

	if (read_numbers("/sys/fs/cgroup/memory.max", limit) >= 1 && limit[0] < (double)bytes)
		bytes = (uint64_t)limit[0];
	uint64_t given = slurm_memory();

	return given && given < bytes ? given : bytes;
}

/* What the working memory is made of, in bytes. WORK: of a byte of a large record, measured with
 * all rules, each making all its checks, on plain text: 28. WORST: of documents made to need memory
 * (nothing but CRLF or short lines): 121. Large records that need more than WORK are
 * stopped by mem_bound when it comes to it; small ones never may. */
enum { FIXED = 12 << 20, ARENAS = 4 << 20, WORK = 36, WORST = 144 };

uint64_t machine_budget(const struct recipe *r)
{
	return r->limits.mem ? r->limits.mem : machine_memory() / 5 * 4;
}

static uint64_t memory_of_thread(const struct recipe *r)
{
	return 3 * r->output.block + ARENAS + sizeof(struct chunks) +
	       (uint64_t)WORST * WORKER_LARGE;
}

static uint64_t memory_of_record(const struct recipe *r, uint64_t longest)
{
	return longest > WORKER_LARGE ? (r->chain.n ? WORK : 6) * longest : 0;
}

int run_threads(const struct recipe *r, unsigned *threads, struct err *e)
{
	uint64_t mem = machine_budget(r);
	uint64_t each = memory_of_thread(r), big = memory_of_record(r, r->input.max_record);
	unsigned wanted = r->limits.threads ? (unsigned)r->limits.threads : machine_cores();

	if (r->limits.mem == 0 && big > mem / 2)
		big = 0; /* no budget was asked for: the machine's memory is the bound */
	if (FIXED + big + each > mem) {
		uint64_t left = mem > FIXED + each ? (mem - FIXED - each) / WORK : 0;
		uint64_t least = left ? left : FIXED + each + (1u << 20);

		return err_set_rc(e, RC_MEMORY,
		                  "a memory budget of %llu MiB cannot be met: a thread needs %llu "
		                  "MiB, and "
		                  "one record of the longest kind %llu MiB more; %s%lluK%s",
		                  (unsigned long long)(mem >> 20),
		                  (unsigned long long)((FIXED + each) >> 20),
		                  (unsigned long long)(big >> 20),
		                  left ? "--max-record " : "raise --mem (at least ",
		                  (unsigned long long)least >> 10,
		                  left ? " would fit" : ") or lower output.block");
	}
	uint64_t fits = (mem - FIXED - big) / each;

	*threads = wanted < fits ? wanted : (unsigned)fits;
	return 0;
}
