// SPDX-License-Identifier: GPL-3.0-or-later
#include "guardian/runrecord.h"

#include "files/plainfile.h"
#include "os/procfile.h"
#include "protocol/keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSaveFile>
#include <QUuid>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestRecordBytes = 4096;
constexpr QLatin1StringView startTicksKey{"start_ticks"};

} // namespace

Run Run::make()
{
    return {.id = QUuid::createUuid().toByteArray(QUuid::Id128),
        .pid = ::getpid(),
        .startTicks = procfile::startTicks(::getpid())};
}

RunRecord::RunRecord(const QString &stateDirectory)
    : m_path(stateDirectory + u"/run"_s)
{ }

std::optional<QString> RunRecord::read()
{
    auto text = readPlainFile(m_path, largestRecordBytes);
    if (auto *error = std::get_if<QString>(&text))
        return std::move(*error);
    m_lost = understand(std::get<QByteArray>(text));
    return std::nullopt;
}

std::optional<Run> RunRecord::understand(const QByteArray &text)
{
    static const QRegularExpression form(u"^[0-9a-f]{32}$"_s);
    const QJsonObject note = QJsonDocument::fromJson(text).object();
    const QString id = note.value(keys::id).toString();
    if (!form.match(id).hasMatch())
        return std::nullopt;
    return Run{.id = id.toLatin1(),
        .pid = note.value(keys::pid).toInteger(),
        .startTicks = note.value(startTicksKey).toInteger(),
        .cgroup = note.value(keys::cgroup).toString()};
}

std::optional<QString> RunRecord::write(const Run &run) const
{
    QJsonObject note{{keys::id, QString::fromLatin1(run.id)}, {keys::pid, run.pid},
        {startTicksKey, run.startTicks}};
    if (!run.cgroup.isEmpty())
        note.insert(keys::cgroup, run.cgroup);
    QSaveFile file(m_path);
    const bool written = file.open(QIODevice::WriteOnly)
        && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        && file.write(QJsonDocument(note).toJson()) > 0 && file.commit();
    if (!written)
        return u"cannot write %1: %2"_s.arg(m_path, file.errorString());
    return std::nullopt;
}

void RunRecord::remove() const
{
    QFile::remove(m_path);
}

bool RunRecord::isAlive(const Run &run)
{
    return run.startTicks > 0 && procfile::startTicks(pid_t(run.pid)) == run.startTicks;
}

} // namespace semper
