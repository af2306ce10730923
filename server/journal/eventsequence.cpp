// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/eventsequence.h"

#include "files/plainfile.h"

#include <QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestSound = qint64(1) << 52; ///< beyond it JSON cannot tell an id

/// What this start of the machine is known by; never 0.
quint64 thisBoot()
{
    QFile file(u"/proc/sys/kernel/random/boot_id"_s);
    const QByteArray id = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    return QByteArray(id).replace('-', "").left(16).toULongLong(nullptr, 16) | 1;
}

} // namespace

EventSequence::~EventSequence()
{
    if (m_page == &m_unmapped)
        return;
    ::munmap(m_page, sizeof *m_page);
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
    errno = ::posix_fallocate(file, 0, sizeof *m_page);
    if (errno == 0)
        page = ::mmap(nullptr, sizeof *m_page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    const std::optional<QString> error
        = page == MAP_FAILED ? std::optional(explain()) : std::nullopt;
    if (error) {
        ::close(file);
        return error;
    }
    m_page = static_cast<Page *>(page);
    m_file = file;
    if (m_page->last < 0 || m_page->last > largestSound)
        m_page->last = 0;
    const quint64 boot = thisBoot();
    if (m_page->boot != 0 && m_page->boot != boot)
        m_page->last += gap;
    m_page->boot = boot;
    return std::nullopt;
}

void EventSequence::passOver(qint64 greatest)
{
    if (greatest > m_page->last)
        m_page->last = greatest + gap;
}

} // namespace semper
