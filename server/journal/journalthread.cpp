// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journalthread.h"

#include "journal/journalworker.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace semper {

JournalThread::JournalThread(QObject *parent)
    : QObject(parent)
    , m_shared(std::make_shared<JournalShared>())
{
    m_shared->owner = this;
}

JournalThread::~JournalThread()
{
    static_cast<void>(finish({}));
}

std::optional<qint64> JournalThread::start(
    const QString &path, const JournalSpec &limits, std::chrono::milliseconds limit)
{
    m_shared->limits = limits;
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all); // signals are the main thread's business
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread([shared = m_shared, path] { JournalWorker(shared, path).run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::unique_lock lock(m_shared->mutex);
    m_shared->progress.wait_for(lock, limit, [this] { return m_shared->greatest.has_value(); });
    return m_shared->greatest;
}

void JournalThread::setLimits(const JournalSpec &limits)
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->limits = limits;
}

void JournalThread::add(JournalEvent event)
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->lastId = event.id;
    m_shared->waiting.add(std::move(event));
    if (m_shared->waiting.size() == 1)
        m_shared->work.notify_one();
}

void JournalThread::read(const EventQuery &query, EventsFound done)
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->readings.push_back({query, std::move(done)});
    m_shared->work.notify_one();
}

std::vector<JournalEvent> JournalThread::waiting() const
{
    const std::lock_guard lock(m_shared->mutex);
    std::vector<JournalEvent> events = m_shared->beingWritten;
    for (const auto &[id, event] : m_shared->waiting.all())
        events.push_back(event);
    return events;
}

std::size_t JournalThread::waitingCount() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->beingWritten.size() + m_shared->waiting.size();
}

qint64 JournalThread::bytesOnDisk() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->bytesOnDisk;
}

bool JournalThread::finish(std::chrono::milliseconds limit)
{
    if (m_thread.joinable()) {
        std::unique_lock lock(m_shared->mutex);
        m_shared->quits = true;
        m_shared->work.notify_one();
        m_shared->progress.wait_for(lock, limit, [this] { return m_shared->hasEnded; });
        m_shared->owner = nullptr;
        const bool hasEnded = m_shared->hasEnded;
        lock.unlock();
        if (hasEnded)
            m_thread.join();
        else
            m_thread.detach(); // the disk holds it; what it works with is its own
    }
    return waitingCount() == 0;
}

} // namespace semper
