// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/strandedpipe.h"

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace semper {

namespace {

using Numbers = std::array<pollfd, 1024>;

/// The writing end of a pipe; with POLLERR one that nobody reads from any more.
bool isWritingEnd(int descriptor)
{
    struct stat status
    { };
    if (::fstat(descriptor, &status) != 0 || !S_ISFIFO(status.st_mode))
        return false;
    return (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY;
}

} // namespace

void closeStrandedPipe()
{
    const int lowestFree = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (lowestFree < 0)
        return;
    ::close(lowestFree);
    // It got one of the lowest numbers that were free, but others, freed since, may be far below.
    for (int first = lowestFree;; first += int(Numbers().size())) {
        Numbers numbers{};
        for (int i = 0; i < int(numbers.size()); ++i)
            numbers[std::size_t(i)].fd = first + i;
        if (::poll(numbers.data(), numbers.size(), 0) < 0)
            return;
        bool anyOpen = false;
        for (const pollfd &entry : numbers) {
            anyOpen |= (entry.revents & POLLNVAL) == 0;
            if ((entry.revents & POLLERR) != 0 && isWritingEnd(entry.fd)) {
                ::close(entry.fd);
                return;
            }
        }
        if (!anyOpen)
            return;
    }
}

} // namespace semper
