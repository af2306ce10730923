// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/schedulememory.h"

#include "files/plainfile.h"
#include "process/utc.h"
#include "protocol/keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <cerrno>

#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestSchedulesBytes = 16 * 1024 * 1024;

std::variant<QMap<QString, ScheduleSpec>, QString> readNote(const QString &path)
{
    auto text = readPlainFile(path, largestSchedulesBytes);
    if (auto *error = std::get_if<QString>(&text))
        return std::move(*error);
    QMap<QString, ScheduleSpec> schedules;
    const QJsonObject note = QJsonDocument::fromJson(std::get<QByteArray>(text)).object();
    for (auto it = note.begin(); it != note.end(); ++it)
        schedules.insert(it.key(),
            {.cron = it.value()[keys::cron].toString(),
                .timeZone = it.value()[keys::timeZone].toString()});
    return schedules;
}

std::optional<QString> writeNote(const QString &path, const QMap<QString, ScheduleSpec> &schedules)
{
    QJsonObject note;
    for (auto it = schedules.cbegin(); it != schedules.cend(); ++it)
        note.insert(it.key(), QJsonObject{{keys::cron, it->cron}, {keys::timeZone, it->timeZone}});
    QSaveFile file(path);
    const bool written = file.open(QIODevice::WriteOnly)
        && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        && file.write(QJsonDocument(note).toJson()) > 0 && file.commit();
    if (!written)
        return u"cannot write %1: %2"_s.arg(path, file.errorString());
    return std::nullopt;
}

} // namespace

ScheduleMemory::~ScheduleMemory()
{
    unmap();
}

void ScheduleMemory::unmap()
{
    if (m_seen != &m_unmapped)
        ::munmap(std::exchange(m_seen, &m_unmapped), sizeof *m_seen);
}

std::optional<QString> ScheduleMemory::open(
    const QString &stateDirectory, const QMap<QString, ScheduleSpec> &schedules)
{
    if (m_noted == schedules)
        return std::nullopt;
    const QString note = stateDirectory + u"/schedules"_s;
    const QString seen = stateDirectory + u"/schedules-seen"_s;
    if (!m_noted) {
        auto before = readNote(note);
        if (auto *error = std::get_if<QString>(&before))
            return std::move(*error);
        m_before = std::get<0>(std::move(before));
    }
    m_noted = schedules;
    if (schedules.isEmpty()) {
        unmap();
        QFile::remove(note);
        QFile::remove(seen);
        return std::nullopt;
    }
    if (auto error = map(seen))
        return error;
    if (*m_seen > 0)
        m_seenBefore = QDateTime::fromMSecsSinceEpoch(*m_seen, utcZone);
    return writeNote(note, schedules);
}

std::optional<QString> ScheduleMemory::map(const QString &path)
{
    if (m_seen != &m_unmapped)
        return std::nullopt;
    const auto explain
        = [&path] { return u"cannot keep %1: %2"_s.arg(path, qt_error_string(errno)); };
    auto opened = openPlainFile(path, O_RDWR | O_CREAT | O_NOFOLLOW);
    if (auto *error = std::get_if<QString>(&opened))
        return std::move(*error);
    const int file = std::get<int>(opened);
    void *page = MAP_FAILED;
    // Real blocks, not a hole: on a full disk the first write to a hole would be a SIGBUS.
    errno = ::posix_fallocate(file, 0, sizeof *m_seen);
    if (errno == 0)
        page = ::mmap(nullptr, sizeof *m_seen, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    const std::optional<QString> error
        = page == MAP_FAILED ? std::optional(explain()) : std::nullopt;
    ::close(file);
    if (!error)
        m_seen = static_cast<qint64 *>(page);
    return error;
}

QDateTime ScheduleMemory::seen(const QString &name, const ScheduleSpec &schedule) const
{
    const auto before = m_before.constFind(name);
    return before != m_before.cend() && *before == schedule ? m_seenBefore : QDateTime();
}

} // namespace semper
