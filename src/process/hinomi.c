/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The command. */
#include "face/cmd/command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
