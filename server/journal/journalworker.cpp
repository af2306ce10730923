// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journalworker.h"

#include "journal/salvage.h"
#include "protocol/keys.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>
#include <utility>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr std::size_t largestBatch = 500;
constexpr auto betweenWrites = 50ms; ///< an event after a pause is written at once
constexpr auto firstRetry = 250ms;
constexpr auto longestRetry = 10s;
constexpr auto betweenAgeChecks = 1min;

/// What somebody did or what went wrong survives a power cut; the rest only the server's end.
bool isPrecious(const JournalEvent &event)
{
    static constexpr std::array precious{"exit"_L1, "failed"_L1, "command"_L1, "reload"_L1};
    return event.subject.first.isEmpty()
        || std::ranges::find(precious, event.type) != precious.end();
}

} // namespace

JournalWorker::JournalWorker(std::shared_ptr<JournalShared> shared, const QString &path)
    : m_shared(std::move(shared))
    , m_store(path)
    , m_aside(path + u".damaged"_s)
    , m_pause(firstRetry)
{ }

void JournalWorker::run()
{
    qint64 greatest = 0;
    follow(attempt([&]() -> Outcome {
        const auto read = m_store.greatestId();
        if (const auto *fault = std::get_if<StoreFault>(&read))
            return *fault;
        greatest = std::get<qint64>(read);
        return std::nullopt;
    }));
    Lock lock(m_shared->mutex);
    m_shared->greatest = greatest;
    m_shared->lastId = std::max(m_shared->lastId, greatest);
    m_shared->bytesOnDisk = m_store.bytesOnDisk();
    m_shared->progress.notify_all();
    while (true) {
        waitForWork(lock);
        if (!m_shared->waiting.isEmpty() && (m_shared->quits || Clock::now() >= m_nextWrite))
            writeBatch(lock);
        else if (!m_shared->readings.empty())
            serveReading(lock);
        else if (m_hasMoreToPrune && !m_shared->quits)
            pruneSome(lock);
        if (m_shared->quits && (m_shared->waiting.isEmpty() || m_fault))
            break;
    }
    lock.unlock();
    m_store.close(); // moves what is in the log into the file
    lock.lock();
    m_shared->hasEnded = true;
    m_shared->progress.notify_all();
}

void JournalWorker::waitForWork(Lock &lock)
{
    while (!m_shared->quits && m_shared->readings.empty() && !m_hasMoreToPrune) {
        if (m_shared->waiting.isEmpty())
            m_shared->work.wait(lock);
        else if (Clock::now() >= m_nextWrite)
            return;
        else
            m_shared->work.wait_until(lock, m_nextWrite);
    }
}

void JournalWorker::writeBatch(Lock &lock)
{
    m_shared->beingWritten = m_shared->waiting.take(largestBatch);
    lock.unlock();
    const auto &batch = m_shared->beingWritten; // others only read it
    const bool precious = std::ranges::any_of(batch, isPrecious);
    const Outcome outcome = attempt([&] { return m_store.append(batch, precious); });
    follow(outcome);
    lock.lock();
    std::vector<JournalEvent> done = std::exchange(m_shared->beingWritten, {});
    if (outcome) {
        for (JournalEvent &event : done)
            m_shared->waiting.add(std::move(event));
        return;
    }
    m_shared->bytesOnDisk = m_store.bytesOnDisk();
    const auto dropped = m_shared->waiting.takeDropped();
    lock.unlock();
    tell([done = std::move(done)](JournalThread &owner) { Q_EMIT owner.stored(done); });
    if (dropped)
        tell([dropped = *dropped](JournalThread &owner) { Q_EMIT owner.dropped(dropped); });
    lock.lock();
    pruneSome(lock);
}

void JournalWorker::pruneSome(Lock &lock)
{
    const JournalSpec limits = m_shared->limits;
    lock.unlock();
    const bool isTooLarge = m_store.isOpen() && m_store.usedBytes() > limits.maxBytes;
    const bool isTime = Clock::now() >= m_nextAgeCheck;
    m_hasMoreToPrune = false;
    if (m_store.isOpen() && (isTooLarge || isTime)) {
        const auto oldest
            = std::chrono::milliseconds(QDateTime::currentMSecsSinceEpoch()) - limits.maxAge;
        const auto gone = m_store.prune(oldest, limits.maxBytes);
        const auto *events = std::get_if<GoneEvents>(&gone);
        if (!events)
            m_store.close(); // the next write tells what is wrong
        m_hasMoreToPrune = events && events->count > 0;
        if (m_hasMoreToPrune)
            tell([events = *events, isTooLarge](
                     JournalThread &owner) { Q_EMIT owner.pruned(events, isTooLarge); });
        if (!m_hasMoreToPrune)
            m_nextAgeCheck = Clock::now() + betweenAgeChecks;
    }
    lock.lock();
}

void JournalWorker::serveReading(Lock &lock)
{
    JournalShared::Reading reading = std::move(m_shared->readings.front());
    m_shared->readings.pop_front();
    std::vector<JournalEvent> waiting;
    for (const auto &[id, event] : m_shared->waiting.all())
        if (reading.query.matches(event))
            waiting.push_back(event);
    reading.query.until = std::min(reading.query.until, m_shared->lastId);
    lock.unlock();
    std::vector<JournalEvent> onDisk;
    const Outcome outcome = attempt([&]() -> Outcome {
        auto read = m_store.read(reading.query);
        if (auto *fault = std::get_if<StoreFault>(&read))
            return std::move(*fault);
        onDisk = std::get<std::vector<JournalEvent>>(std::move(read));
        return std::nullopt;
    });
    EventPage page = found(reading.query, std::move(onDisk), waiting);
    page.isPartial = outcome.has_value();
    tell([page = std::move(page), done = std::move(reading.done)](JournalThread &) { done(page); });
    lock.lock();
}

EventPage JournalWorker::found(const EventQuery &query, std::vector<JournalEvent> onDisk,
    const std::vector<JournalEvent> &waiting)
{
    const std::size_t stored = onDisk.size();
    onDisk.insert(onDisk.end(), waiting.begin(), waiting.end()); // which are all later
    const std::size_t count = std::min(onDisk.size(), std::size_t(query.limit));
    const std::size_t first = query.newest ? onDisk.size() - count : 0;
    EventPage page{.next = query.until, .more = onDisk.size() > count && !query.newest};
    if (page.more)
        page.next = onDisk.at(count - 1).id;
    for (std::size_t i = first; i < first + count; ++i)
        page.events.append(onDisk.at(i).toJson(i < stored));
    return page;
}

JournalWorker::Outcome JournalWorker::attempt(const std::function<Outcome()> &action)
{
    Outcome fault = tryOnce(action);
    if (!fault || fault->kind != StoreFault::Kind::Damaged)
        return fault;
    setAside(*fault);
    return tryOnce(action);
}

JournalWorker::Outcome JournalWorker::tryOnce(const std::function<Outcome()> &action)
{
    if (m_store.isOpen() && !m_store.isInPlace()) {
        m_store.close();
        tell([path = m_store.path()](JournalThread &owner) {
            Q_EMIT owner.failed({StoreFault::Kind::Removed, u"%1 is gone"_s.arg(path)});
            Q_EMIT owner.recovered();
        });
    }
    Outcome fault;
    if (!m_store.isOpen())
        fault = openStore();
    if (!fault)
        fault = action();
    if (fault)
        m_store.close();
    return fault;
}

JournalWorker::Outcome JournalWorker::openStore()
{
    // Its folder may have been removed while the server ran.
    ::mkdir(QFile::encodeName(QFileInfo(m_store.path()).path()).constData(), S_IRWXU);
    Outcome fault = m_store.open();
    if (!fault && m_damage)
        fault = saveFromDamaged();
    return fault;
}

void JournalWorker::setAside(const StoreFault &fault)
{
    for (const QString &part : {QString(), u"-wal"_s}) {
        QFile::remove(m_aside + part); // that of an earlier damage
        QFile::rename(m_store.path() + part, m_aside + part);
    }
    m_damage = fault;
}

JournalWorker::Outcome JournalWorker::saveFromDamaged()
{
    qint64 kept = 0;
    Outcome fault;
    std::vector<JournalEvent> batch;
    const auto save = [&] {
        if (!fault)
            fault = m_store.append(batch, false);
        kept += qint64(batch.size());
        batch.clear();
    };
    salvageEvents(m_aside, [&](JournalEvent event) {
        batch.push_back(std::move(event));
        if (batch.size() >= largestBatch)
            save();
    });
    save();
    if (fault)
        return fault;
    tell([path = m_aside, reason = m_damage->reason, kept](
             JournalThread &owner) { Q_EMIT owner.setAside(path, reason, kept); });
    m_damage.reset();
    return std::nullopt;
}

/// The pause until the next try grows as long as the disk fails.
void JournalWorker::follow(const Outcome &outcome)
{
    const bool isOther
        = outcome.has_value() != m_fault.has_value() || (outcome && outcome->kind != m_fault->kind);
    m_fault = outcome;
    m_nextWrite = Clock::now() + (outcome ? m_pause : Clock::duration(betweenWrites));
    m_pause = outcome ? std::min<Clock::duration>(2 * m_pause, longestRetry) : firstRetry;
    if (!isOther)
        return;
    if (outcome)
        tell([fault = *outcome](JournalThread &owner) { Q_EMIT owner.failed(fault); });
    else
        tell([](JournalThread &owner) { Q_EMIT owner.recovered(); });
}

void JournalWorker::tell(std::function<void(JournalThread &)> news)
{
    const std::lock_guard lock(m_shared->mutex);
    if (JournalThread *owner = m_shared->owner)
        QMetaObject::invokeMethod(
            owner, [owner, news = std::move(news)] { news(*owner); }, Qt::QueuedConnection);
}

} // namespace semper
