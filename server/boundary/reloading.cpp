// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/reloading.h"

#include "protocol/keys.h"

#include <algorithm>

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

QJsonObject toJson(const ProcessChange &change, ReloadEffect effect)
{
    QJsonObject json = changeAt(change.kind, change.path().toString());
    json.insert(keys::process, change.name);
    json.insert(keys::effect, effectName(effect));
    if (change.kind == ChangeKind::Changed) {
        json.insert(keys::keys, QJsonArray::fromStringList(change.keys));
        json.insert(keys::restart, effect == ReloadEffect::Restart);
    }
    return json;
}

QJsonObject toJson(const ServiceChange &change)
{
    QJsonObject json = changeAt(change.kind, change.path().toString());
    json.insert(keys::service, change.name);
    json.insert(keys::listen, change.listen.toString());
    if (change.was)
        json.insert(keys::was, change.was->toString());
    return json;
}

QJsonObject toJson(const LeftBehind &left)
{
    QJsonArray instances;
    for (const int instance : left.instances)
        instances.append(instance);
    return {{keys::change, u"outdated"_s}, {keys::path, left.path().toString()},
        {keys::process, left.process}, {keys::instances, instances},
        {keys::effect, effectName(ReloadEffect::Restart)}, {keys::restart, true}};
}

QString fromTo(const ListenAddress &was, const ListenAddress &is)
{
    return u"%1 -> %2"_s.arg(was.toString(), is.toString());
}

QString listenerText(const ServiceChange &change)
{
    const QString name
        = change.listener.isEmpty() ? change.name : change.name + u'.' + change.listener;
    switch (change.kind) {
    case ChangeKind::Added:
        return u"%1 added at %2"_s.arg(name, change.listen.toString());
    case ChangeKind::Removed:
        return u"%1 removed from %2"_s.arg(name, change.listen.toString());
    case ChangeKind::Changed:
        return u"%1 %2"_s.arg(name, change.was ? fromTo(*change.was, change.listen) : change.key);
    }
    Q_UNREACHABLE();
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

QLatin1StringView effectName(ReloadEffect effect)
{
    switch (effect) {
    case ReloadEffect::None:
        return QLatin1StringView("none");
    case ReloadEffect::Start:
        return QLatin1StringView("start");
    case ReloadEffect::Stop:
        return QLatin1StringView("stop");
    case ReloadEffect::Restart:
        return QLatin1StringView("restart");
    case ReloadEffect::NextStart:
        return QLatin1StringView("next_start");
    case ReloadEffect::NextRun:
        return QLatin1StringView("next_run");
    }
    Q_UNREACHABLE();
}

JsonPath LeftBehind::path() const
{
    return JsonPath().key(keys::services).key(service).key(keys::processes).key(process);
}

QJsonArray toJson(const ReloadReport &report)
{
    const ConfigDifference &difference = report.difference;
    QJsonArray list;
    for (const QString &key : difference.server) {
        QJsonObject json = changeAt(ChangeKind::Changed, u"$."_s + key);
        if (difference.control && key == controlListenKey()) {
            json.insert(keys::listen, difference.control->is.toString());
            json.insert(keys::was, difference.control->was.toString());
        }
        list.append(json);
    }
    for (const ServiceChange &change : difference.services)
        list.append(toJson(change));
    for (qsizetype i = 0; i < difference.processes.size(); ++i)
        list.append(toJson(difference.processes.at(i), report.effects.value(i)));
    for (const LeftBehind &left : report.leftBehind)
        list.append(toJson(left));
    return list;
}

QString summaryOf(const ReloadReport &report)
{
    const ConfigDifference &difference = report.difference;
    const auto count = [&difference](ChangeKind kind) {
        return std::ranges::count(difference.processes, kind, &ProcessChange::kind);
    };
    QString text = u"processes: %1 added, %2 removed, %3 changed, %4 unchanged"_s
                       .arg(count(ChangeKind::Added))
                       .arg(count(ChangeKind::Removed))
                       .arg(count(ChangeKind::Changed))
                       .arg(report.unchanged());
    if (!report.leftBehind.isEmpty())
        text += u", %1 taken up again"_s.arg(report.leftBehind.size());
    QStringList listeners;
    for (const ServiceChange &change : difference.services)
        listeners.append(listenerText(change));
    if (difference.control)
        listeners.append(u"control "_s + fromTo(difference.control->was, difference.control->is));
    if (!listeners.isEmpty())
        text += u"; listeners: "_s + listeners.join(u", "_s);
    QStringList others = difference.server;
    others.removeAll(controlListenKey());
    if (!others.isEmpty())
        text += u"; "_s + others.join(u", "_s);
    return text;
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
