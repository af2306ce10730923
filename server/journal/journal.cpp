// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"

#include "protocol/boottime.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonDocument>
#include <QLoggingCategory>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logJournal, "semper.server.journal", QtInfoMsg)

constexpr auto timeToOpen = 5s;
constexpr auto timeToClose = 2s;
constexpr auto timeToWrite = 3s; ///< then the disk is said to stall
constexpr auto timeToRead = 3s;
constexpr auto betweenPrunedTold = 1h;

const QString soundState = u"ok"_s;

} // namespace

Journal::Journal(QObject *parent)
    : QObject(parent)
    , m_state(soundState)
{
    followThread();
}

Journal::~Journal()
{
    static_cast<void>(close());
}

std::optional<QString> Journal::open(const QString &stateDirectory, const JournalSpec &limits)
{
    m_limits = limits;
    if (auto error = m_sequence.open(stateDirectory + u"/event-id"_s))
        return error;
    const qint64 greatest
        = m_thread.start(stateDirectory + u"/journal.sqlite"_s, limits, timeToOpen).value_or(0);
    m_sequence.passOver(greatest);
    if (m_sequence.last() > greatest)
        m_missing = IdRange{greatest + 1, m_sequence.last()};
    return std::nullopt;
}

void Journal::setLimits(const JournalSpec &limits)
{
    m_limits = limits;
    m_thread.setLimits(limits);
}

bool Journal::close()
{
    m_stall.stop();
    const bool isAllOnDisk = m_thread.finish(timeToClose);
    if (isAllOnDisk)
        m_sequence.settle();
    return isAllOnDisk;
}

qint64 Journal::record(QLatin1StringView type, QJsonObject fields)
{
    const qint64 id = m_sequence.next();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    fields.insert(keys::id, id);
    fields.insert(keys::at, wireTime(now));
    fields.insert(keys::bootMs, qint64(bootTime().count()));
    fields.insert(keys::type, type);
    QByteArray json = QJsonDocument(fields).toJson(QJsonDocument::Compact);
    json.squeeze(); // it was made by growing, and may be kept for long
    const JournalEvent event{.id = id,
        .at = now.toMSecsSinceEpoch(),
        .type = type,
        .subject = {fields.value(keys::process).toString(), fields.value(keys::instance).toInt()},
        .json = std::move(json)};
    m_thread.add(event);
    if (!m_stall.isActive() && m_state == soundState)
        m_stall.start(timeToWrite);
    Q_EMIT recorded(event);
    return id;
}

void Journal::read(const EventQuery &query, EventsFound done)
{
    const auto once = std::make_shared<EventsFound>(std::move(done));
    m_thread.read(query, [once](const EventPage &page) {
        if (const EventsFound answer = std::exchange(*once, {}))
            answer(page);
    });
    QTimer::singleShot(timeToRead, this, [this, once, query] {
        if (const EventsFound answer = std::exchange(*once, {}))
            answer(waiting(query));
    });
}

EventPage Journal::waiting(const EventQuery &query) const
{
    EventPage page{.next = std::min(query.until, lastId()), .isPartial = true};
    for (const JournalEvent &event : m_thread.waiting())
        if (query.matches(event))
            page.events.append(event.toJson(false));
    return page;
}

QJsonObject Journal::toJson() const
{
    return {{keys::state, m_state}, {keys::bytes, m_thread.bytesOnDisk()},
        {keys::maxBytes, m_limits.maxBytes}, {keys::waiting, qint64(m_thread.waitingCount())}};
}

void Journal::followThread()
{
    connect(&m_stall, &PatientTimer::timeout, this, &Journal::tellStall);
    connect(&m_thread, &JournalThread::stored, this, [this](const auto &events) {
        noteProgress();
        Q_EMIT stored(events);
    });
    connect(&m_thread, &JournalThread::failed, this, &Journal::tellFailure);
    connect(&m_thread, &JournalThread::recovered, this, &Journal::tellRecovery);
    connect(&m_thread, &JournalThread::pruned, this, &Journal::tellPruned);
    connect(&m_thread, &JournalThread::dropped, this, [this](const GoneEvents &events) {
        record(QLatin1StringView("events_dropped"),
            {{keys::dropped, events.count}, {keys::firstId, events.ids.first},
                {keys::lastId, events.ids.last}});
        qCWarning(
            logJournal, "%lld events were dropped: too many waited for the disk", events.count);
    });
    connect(&m_thread, &JournalThread::setAside, this,
        [this](const QString &path, const QString &reason, qint64 kept) {
            record(QLatin1StringView("journal_damaged"),
                {{keys::reason, reason}, {keys::path, path}, {keys::kept, kept}});
            qCWarning(logJournal,
                "the journal was damaged (%ls): it is kept as %ls; %lld of its "
                "events are in the new one",
                qUtf16Printable(reason), qUtf16Printable(path), kept);
        });
}

void Journal::noteProgress()
{
    if (m_state == u"stalled")
        tellRecovery();
    if (m_thread.waitingCount() == 0)
        m_stall.stop();
    else if (m_state == soundState)
        m_stall.start(timeToWrite);
}

void Journal::tellStall()
{
    tellFailure({StoreFault::Kind::Stalled,
        u"the disk has not answered for %1 s"_s.arg(timeToWrite.count())});
}

void Journal::tellFailure(const StoreFault &fault)
{
    m_stall.stop();
    m_state = fault.code();
    m_failing.start();
    qCWarning(logJournal, "events wait in memory: %ls", qUtf16Printable(fault.reason));
    record(QLatin1StringView("journal_failed"),
        {{keys::code, fault.code()}, {keys::reason, fault.reason}});
}

void Journal::tellRecovery()
{
    m_state = soundState;
    qCInfo(logJournal, "events are on disk again");
    record(QLatin1StringView("journal_recovered"), {{keys::afterMs, m_failing.elapsed()}});
}

/// A journal that is full loses some with each write: that is worth a line only now and then.
void Journal::tellPruned(const GoneEvents &events, bool forSize)
{
    if (m_pruned.count == 0)
        m_pruned.ids = events.ids;
    m_pruned.count += events.count;
    m_pruned.ids.last = std::max(m_pruned.ids.last, events.ids.last);
    if (m_prunedTold.isValid() && !m_prunedTold.hasExpired(qint64(betweenPrunedTold / 1ms)))
        return;
    m_prunedTold.start();
    const GoneEvents told = std::exchange(m_pruned, {});
    record(QLatin1StringView("journal_pruned"),
        {{keys::count, told.count}, {keys::firstId, told.ids.first}, {keys::lastId, told.ids.last},
            {keys::limit, forSize ? keys::maxBytes : keys::maxAgeMs}});
}

} // namespace semper
