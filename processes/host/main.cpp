// SPDX-License-Identifier: LGPL-3.0-or-later
// The stock home of a user process: finds the plugin with the class that it is told, and runs it.
#include <semper/userprocessmain.h>

#include <cstdio>

int main(int argc, char *argv[])
{
    if (const auto code = semper::runUserProcess(argc, argv))
        return *code;
    std::fputs("A server starts this program; to try a class out: semper run CLASS\n", stderr);
    return 2;
}
