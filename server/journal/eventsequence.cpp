// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/eventsequence.h"

#include "files/plainfile.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

EventSequence::~EventSequence()
{
    if (m_last == &m_unmapped)
        return;
    ::munmap(m_last, sizeof *m_last);
    ::close(m_file);
}

std::optional<QString> EventSequence::open(const QString &path)
{
    const auto explain = [&path] {
        return u"cannot keep event ids in %1: %2"_s.arg(
            path, QString::fromLocal8Bit(std::strerror(errno)));
    };
    auto opened = openPlainFile(path, O_RDWR | O_CREAT | O_NOFOLLOW);
    if (auto *error = std::get_if<QString>(&opened))
        return std::move(*error);
    const int file = std::get<int>(opened);
    void *page = MAP_FAILED;
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        ::close(file);
        return u"another server uses the state directory of %1"_s.arg(path);
    }
    // Real blocks, not a hole: on a full disk the first write to a hole would be a SIGBUS.
    errno = ::posix_fallocate(file, 0, sizeof *m_last);
    if (errno == 0)
        page = ::mmap(nullptr, sizeof *m_last, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    const std::optional<QString> error
        = page == MAP_FAILED ? std::optional(explain()) : std::nullopt;
    if (error) {
        ::close(file);
        return error;
    }
    m_last = static_cast<qint64 *>(page);
    m_file = file;
    return std::nullopt;
}

} // namespace semper
