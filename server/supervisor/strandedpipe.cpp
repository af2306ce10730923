// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/strandedpipe.h"

#include <QProcess>
#include <QSocketNotifier>

#include <algorithm>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace semper {

void StrandedPipe::expect()
{
    m_inode = 0;
    m_lowest = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (m_lowest >= 0)
        ::close(m_lowest);
}

// The notifier of a start is made before the one of the end.
void StrandedPipe::note(const QProcess &process)
{
    const auto *const start = process.findChild<QSocketNotifier *>();
    struct stat status
    { };
    if (!start || ::fstat(int(start->socket()), &status) != 0 || !S_ISFIFO(status.st_mode))
        return;
    m_device = status.st_dev;
    m_inode = status.st_ino;
}

// Whether somebody still reads from it tells nothing: a child on its way out, or another on its way
// to exec, has a copy for a moment longer.
void StrandedPipe::close()
{
    if (m_inode == 0 || m_lowest < 0)
        return;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto size = std::min<rlim_t>(limit.rlim_cur, 1024); // poll() takes no more than the limit
    std::vector<pollfd> numbers(size);
    for (int first = m_lowest;; first += int(size)) {
        for (std::size_t i = 0; i < numbers.size(); ++i)
            numbers[i] = {.fd = first + int(i), .events = 0, .revents = 0};
        if (::poll(numbers.data(), numbers.size(), 0) < 0)
            return;
        bool anyOpen = false;
        for (const pollfd &entry : numbers) {
            if ((entry.revents & POLLNVAL) != 0)
                continue;
            anyOpen = true;
            struct stat status
            { };
            if (::fstat(entry.fd, &status) == 0 && status.st_ino == m_inode
                && status.st_dev == m_device
                && (::fcntl(entry.fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
                ::close(entry.fd);
                return;
            }
        }
        if (!anyOpen)
            return;
    }
}

} // namespace semper
