// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/strandedpipe.h"

#include <array>
#include <tuple>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace semper {

namespace {

using Numbers = std::array<pollfd, 1024>;

/// The writing end of a pipe; with POLLERR one that nobody reads from any more.
bool isWritingEnd(int descriptor, const timespec &since)
{
    struct stat status
    { };
    if (::fstat(descriptor, &status) != 0 || !S_ISFIFO(status.st_mode))
        return false;
    // Nobody has read from it, so its access time is that of its making.
    if (std::tie(status.st_atim.tv_sec, status.st_atim.tv_nsec)
        < std::tie(since.tv_sec, since.tv_nsec))
        return false;
    return (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY;
}

} // namespace

void closeStrandedPipe(const timespec &begun)
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
            if ((entry.revents & POLLERR) != 0 && isWritingEnd(entry.fd, begun)) {
                ::close(entry.fd);
                return;
            }
        }
        if (!anyOpen)
            return;
    }
}

} // namespace semper
