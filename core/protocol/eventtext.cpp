// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/eventtext.h"

#include "protocol/cause.h"
#include "protocol/exitreport.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QHash>
#include <QLocale>

#include <functional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

class EventText
{
    Q_DECLARE_TR_FUNCTIONS(semper::Event)

public:
    explicit EventText(const QJsonObject &event)
        : m_event(event)
    { }

    [[nodiscard]] QString text() const;

private:
    using Sentence = QString (EventText::*)() const;

    [[nodiscard]] QString word(QLatin1StringView key) const
    {
        return m_event.value(key).toString();
    }
    [[nodiscard]] qint64 number(QLatin1StringView key) const
    {
        return m_event.value(key).toInteger();
    }
    [[nodiscard]] QString seconds(QLatin1StringView key) const
    {
        return tr("%1 s").arg(
            QLocale().toString(double(number(key)) / 1000, 'f', QLocale::FloatingPointShortest));
    }
    [[nodiscard]] QString why() const
    {
        const auto cause = Cause::fromJson(m_event.value(keys::cause).toObject());
        return cause ? describe(*cause) : word(keys::reason);
    }
    [[nodiscard]] QString withReason(const QString &text) const
    {
        const QString reason = why();
        return reason.isEmpty() ? text : tr("%1: %2").arg(text, reason);
    }
    [[nodiscard]] static QString counted(qint64 count, const QString &one, const QString &many)
    {
        return count == 1 ? one : many.arg(count);
    }

    [[nodiscard]] QString start() const { return tr("started as pid %1").arg(number(keys::pid)); }
    [[nodiscard]] QString ready() const { return tr("ready"); }
    [[nodiscard]] QString unready() const { return withReason(tr("not ready")); }
    [[nodiscard]] QString exit() const;
    [[nodiscard]] QString backoff() const
    {
        return tr("restart delayed by %1").arg(seconds(keys::delayMs));
    }
    [[nodiscard]] QString failed() const { return withReason(tr("failed")); }
    [[nodiscard]] QString stop() const { return tr("stopped"); }
    [[nodiscard]] QString command() const;
    [[nodiscard]] QString outputDropped() const
    {
        return counted(number(keys::dropped), tr("1 line of output dropped"),
            tr("%1 lines of output dropped"));
    }
    [[nodiscard]] QString eventsDropped() const
    {
        return counted(number(keys::dropped), tr("1 event left out: too many"),
            tr("%1 events left out: too many"));
    }
    [[nodiscard]] QString cpu() const
    {
        return tr("used %1 cores over a minute")
            .arg(QLocale().toString(m_event.value(keys::cpuRatio).toDouble(), 'f', 2));
    }
    [[nodiscard]] QString givenUp() const
    {
        return withReason(tr("the other instances are not restarted"));
    }
    [[nodiscard]] QString serverStarted() const
    {
        return word(keys::previous) == u"lost" ? tr("server started, after one that was lost")
                                               : tr("server started");
    }
    [[nodiscard]] QString serverStopped() const { return tr("server stopped"); }
    [[nodiscard]] QString serverLost() const;
    [[nodiscard]] QString reload() const
    {
        return m_event.value(keys::ok).toBool()
            ? tr("configuration read again: %1 unchanged").arg(number(keys::unchanged))
            : withReason(tr("configuration not read"));
    }
    [[nodiscard]] QString journalFailed() const { return withReason(tr("events wait in memory")); }
    [[nodiscard]] QString journalRecovered() const
    {
        return tr("events are on disk again, after %1").arg(seconds(keys::afterMs));
    }
    [[nodiscard]] QString journalDamaged() const
    {
        return withReason(tr("the journal was damaged; %1 events saved").arg(number(keys::kept)));
    }
    [[nodiscard]] QString journalPruned() const
    {
        return counted(number(keys::count), tr("the oldest event removed"),
            tr("the oldest %1 events removed"));
    }

    static const QHash<QString, Sentence> &sentences();

    const QJsonObject &m_event;
};

const QHash<QString, EventText::Sentence> &EventText::sentences()
{
    static const QHash<QString, Sentence> all{{u"waiting"_s, &EventText::why},
        {u"unkillable"_s, &EventText::why}, {u"left_behind"_s, &EventText::why},
        {u"stalled"_s, &EventText::why}, {u"start"_s, &EventText::start},
        {u"ready"_s, &EventText::ready}, {u"unready"_s, &EventText::unready},
        {u"exit"_s, &EventText::exit}, {u"backoff"_s, &EventText::backoff},
        {u"failed"_s, &EventText::failed}, {u"stop"_s, &EventText::stop},
        {u"command"_s, &EventText::command}, {u"output_dropped"_s, &EventText::outputDropped},
        {u"events_dropped"_s, &EventText::eventsDropped}, {u"cpu_high"_s, &EventText::cpu},
        {u"cpu_normal"_s, &EventText::cpu}, {u"restart_given_up"_s, &EventText::givenUp},
        {u"server_started"_s, &EventText::serverStarted},
        {u"server_stopped"_s, &EventText::serverStopped},
        {u"server_lost"_s, &EventText::serverLost}, {u"reload"_s, &EventText::reload},
        {u"journal_failed"_s, &EventText::journalFailed},
        {u"journal_recovered"_s, &EventText::journalRecovered},
        {u"journal_damaged"_s, &EventText::journalDamaged},
        {u"journal_pruned"_s, &EventText::journalPruned}};
    return all;
}

QString EventText::text() const
{
    const QString type = word(keys::type);
    const Sentence sentence = sentences().value(type, nullptr);
    return sentence ? (this->*sentence)() : withReason(type);
}

QString EventText::exit() const
{
    const QString how = ExitReport::fromJson(m_event.value(keys::lastExit).toObject()).describe();
    const QString decision = word(keys::decision);
    if (decision == u"restart")
        return tr("%1, restarting").arg(how);
    if (decision == u"stop")
        return tr("%1, as asked").arg(how);
    if (decision == u"done")
        return tr("%1, finished").arg(how);
    if (decision == u"failed")
        return tr("%1, giving up").arg(how);
    return how;
}

QString EventText::command() const
{
    const QString by = word(keys::by);
    return by.isEmpty() ? tr("%1 asked").arg(word(keys::action))
                        : tr("%1 asked by %2").arg(word(keys::action), by);
}

QString EventText::serverLost() const
{
    const QString lost = tr("the server before this one (pid %1) was lost").arg(number(keys::pid));
    if (!m_event.contains(keys::firstId))
        return lost;
    return tr("%1, and the events %2 to %3 with it")
        .arg(lost)
        .arg(number(keys::firstId))
        .arg(number(keys::lastId));
}

} // namespace

QString describeEvent(const QJsonObject &event)
{
    return EventText(event).text();
}

} // namespace semper
