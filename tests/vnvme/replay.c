// SPDX-License-Identifier: GPL-2.0-only
/* Each FILE once through the fuzzer's entry, without the fuzzer. */
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define REPLAY_MAX	(1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	static uint8_t data[REPLAY_MAX];
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "re");
		size_t size;

		if (!file) {
			perror(argv[i]);
			return 2;
		}
		size = fread(data, 1, sizeof(data), file);
		fclose(file);
		LLVMFuzzerTestOneInput(data, size);
		printf("ok vnvme-fuzz/%s\n", basename(argv[i]));
		fflush(stdout);
	}
	return argc > 1 ? 0 : 2;
}
