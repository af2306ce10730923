// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/reloading.h"

#include "protocol/keys.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

// One error has to fit a frame, whatever a configuration has for names.
constexpr qsizetype longestPath = 512;
constexpr qsizetype longestMessage = 1024;

QString kindName(ChangeKind kind)
{
    switch (kind) {
    case ChangeKind::Added:
        return u"added"_s;
    case ChangeKind::Removed:
        return u"removed"_s;
    case ChangeKind::Changed:
        return u"changed"_s;
    }
    Q_UNREACHABLE();
}

QJsonObject changeAt(ChangeKind kind, const QString &path)
{
    return {{keys::change, kindName(kind)}, {keys::path, path}};
}

QJsonObject toJson(const ProcessChange &change)
{
    QJsonObject json = changeAt(change.kind, change.path().toString());
    json.insert(keys::process, change.name);
    if (change.kind == ChangeKind::Changed) {
        json.insert(keys::keys, QJsonArray::fromStringList(change.keys));
        json.insert(keys::restart, change.needsRestart);
    }
    return json;
}

} // namespace

std::variant<ReloadRequest, ReloadRefusal> ReloadRequest::read(
    const QJsonObject &parameters, const QString &by)
{
    const QJsonValue dryRun = parameters.value(keys::dryRun);
    if (!dryRun.isUndefined() && !dryRun.isBool())
        return ReloadRefusal{u"bad_parameter"_s, u"\"dry_run\" must be true or false"_s};
    return ReloadRequest{.dryRun = dryRun.toBool(), .by = by};
}

QJsonArray toJson(const ConfigDifference &difference)
{
    QJsonArray list;
    for (const QString &key : difference.server)
        list.append(changeAt(ChangeKind::Changed, u"$."_s + key));
    for (const ServiceChange &change : difference.services) {
        QJsonObject json = changeAt(change.kind, change.path().toString());
        json.insert(keys::service, change.name);
        json.insert(keys::listen, change.listen.toString());
        list.append(json);
    }
    for (const ProcessChange &change : difference.processes)
        list.append(toJson(change));
    return list;
}

QJsonArray toJson(const ConfigErrors &errors)
{
    QJsonArray list;
    for (const ConfigError &error : errors)
        list.append(QJsonObject{{keys::path, error.path.left(longestPath)},
            {u"message"_s, error.message.left(longestMessage)}});
    return list;
}

} // namespace semper
