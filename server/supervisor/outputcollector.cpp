// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/outputcollector.h"

#include "protocol/processstatus.h"
#include "supervisor/launchdescriptors.h"
#include "supervisor/standarderror.h"

#include <QMutexLocker>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int deliveryIntervalMs = 100;
constexpr qsizetype maximumLineBytes = 8 * 1024;
constexpr qsizetype maximumLinesPerBatch = 500;

// Whatever somebody configured, a line is done with in about half a millisecond: all other output
// waits for it.
constexpr int mostStepsPerLine = 100'000;

// What the epoll set tells of, beside streams by their ids.
constexpr quint64 quitId = 0;

bool watch(int epoll, int descriptor, quint64 id)
{
    epoll_event event{.events = EPOLLIN, .data = {.u64 = id}};
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

} // namespace

OutputCollector::OutputCollector(QObject *parent)
    : QObject(parent)
    , m_lastId(quitId)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_quit(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    watch(m_epoll, m_quit, quitId);
    // Signals are the main thread's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

OutputCollector::~OutputCollector()
{
    const quint64 one = 1;
    static_cast<void>(!::write(m_quit, &one, sizeof one));
    m_thread.join();
    echo(m_batches);
    ::close(m_quit);
    ::close(m_epoll);
}

int OutputCollector::open(const QString &process, int instance, const AwaitedLine &awaited)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    const int reader = setAside(ends[0]);
    const quint64 id = ++m_lastId;
    {
        const QMutexLocker lock(&m_mutex);
        m_streams.insert(id,
            {process, instance, reader, {}, awaited.launch,
                BoundedPattern::make(awaited.pattern, mostStepsPerLine)});
    }
    if (watch(m_epoll, reader, id))
        return ends[1];
    const int error = errno;
    {
        const QMutexLocker lock(&m_mutex);
        m_streams.remove(id);
    }
    ::close(reader);
    ::close(ends[1]);
    errno = error;
    return -1;
}

void OutputCollector::assign(int instance, const AwaitedLine &awaited)
{
    const QMutexLocker lock(&m_mutex);
    for (Stream &stream : m_streams) {
        if (stream.launch != awaited.launch)
            continue;
        stream.instance = instance;
        stream.awaited = BoundedPattern::make(awaited.pattern, mostStepsPerLine);
        return;
    }
}

void OutputCollector::run()
{
    std::array<epoll_event, 64> events;
    m_sinceDelivery.start();
    bool pending = false;
    for (;;) {
        const int count = ::epoll_wait(
            m_epoll, events.data(), int(events.size()), pending ? deliveryIntervalMs : -1);
        if (count < 0 && errno != EINTR)
            return;
        for (int i = 0; i < count; ++i) {
            const quint64 id = events[std::size_t(i)].data.u64;
            if (id == quitId)
                return takeLastWords();
            pending |= drain(id);
        }
        if (pending && m_sinceDelivery.hasExpired(deliveryIntervalMs)) {
            deliver();
            m_sinceDelivery.start();
            pending = !m_batches.isEmpty();
        }
    }
}

void OutputCollector::takeLastWords()
{
    QHash<quint64, int> descriptors;
    for (auto it = m_streams.cbegin(); it != m_streams.cend(); ++it)
        descriptors.insert(it.key(), it->descriptor);
    for (auto it = descriptors.cbegin(); it != descriptors.cend(); ++it) {
        drain(it.key()); // a pipe holds no more than one reading takes
        if (m_streams.contains(it.key()))
            ::close(it.value());
    }
}

bool OutputCollector::drain(quint64 id)
{
    int descriptor = -1;
    {
        const QMutexLocker lock(&m_mutex);
        descriptor = m_streams.value(id).descriptor;
    }
    QByteArray bytes(64 * 1024, Qt::Uninitialized);
    const ssize_t size = ::read(descriptor, bytes.data(), std::size_t(bytes.size()));
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return false;

    bytes.truncate(std::max<ssize_t>(size, 0));
    Stream after;
    {
        const QMutexLocker lock(&m_mutex);
        const auto stream = m_streams.find(id);
        takeLines(*stream, bytes);
        if (bytes.isEmpty() && !stream->rest.isEmpty())
            addLine(*stream, stream->rest);
        after = *stream;
        if (bytes.isEmpty())
            m_streams.remove(id);
    }
    if (!m_toSearch.isEmpty())
        search(id, after);
    if (bytes.isEmpty()) {
        // Closing alone would not do: a launch on its way to exec may still hold a copy, which the
        // epoll set would go on to tell of.
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
        ::close(descriptor);
    }
    return true;
}

// Without the lock: a pattern may take its time, and the main thread opens streams meanwhile.
void OutputCollector::search(quint64 id, const Stream &stream)
{
    const QByteArrayList lines = std::exchange(m_toSearch, {});
    const bool found = std::ranges::any_of(
        lines, [&stream](const QByteArray &line) { return stream.awaited->matches(line); });
    if (!found)
        return;
    {
        const QMutexLocker lock(&m_mutex);
        if (const auto it = m_streams.find(id); it != m_streams.end())
            it->awaited = {};
        m_found.append(stream.launch);
    }
    ring();
}

void OutputCollector::takeLines(Stream &stream, const QByteArray &bytes)
{
    qsizetype begin = 0;
    for (;;) {
        const qsizetype end = bytes.indexOf('\n', begin);
        stream.rest.append(bytes.sliced(begin, (end < 0 ? bytes.size() : end) - begin));
        while (stream.rest.size() > maximumLineBytes) {
            addLine(stream, stream.rest.first(maximumLineBytes));
            stream.rest.remove(0, maximumLineBytes);
        }
        if (end < 0)
            return;
        addLine(stream, stream.rest);
        stream.rest.clear();
        begin = end + 1;
    }
}

void OutputCollector::addLine(const Stream &stream, const QByteArray &line)
{
    if (stream.awaited)
        m_toSearch.append(line);
    OutputBatch &batch = m_batches[{stream.process, stream.instance}];
    batch.process = stream.process;
    batch.instance = stream.instance;
    if (batch.lines.size() >= maximumLinesPerBatch) {
        ++batch.dropped;
        return;
    }
    batch.lines.append(QString::fromUtf8(line));
}

void OutputCollector::deliver()
{
    QHash<Key, OutputBatch> batches;
    {
        const QMutexLocker lock(&m_mutex);
        if (m_delivering)
            return;
        batches = std::exchange(m_batches, {});
        m_delivery = batches;
        m_delivering = true;
    }
    echo(batches);
    ring();
}

void OutputCollector::echo(const QHash<Key, OutputBatch> &batches)
{
    for (const OutputBatch &batch : batches) {
        const QByteArray label = processLabel(batch.process, batch.instance).toUtf8();
        for (const QString &line : batch.lines)
            StandardError::write(label + " | " + line.toUtf8());
        if (batch.dropped > 0)
            StandardError::write(
                label + " | … " + QByteArray::number(batch.dropped) + " lines dropped");
    }
}

void OutputCollector::ring()
{
    QMetaObject::invokeMethod(this, &OutputCollector::handOver, Qt::QueuedConnection);
}

void OutputCollector::handOver()
{
    QHash<Key, OutputBatch> batches;
    QByteArrayList found;
    {
        const QMutexLocker lock(&m_mutex);
        batches = std::exchange(m_delivery, {});
        found = std::exchange(m_found, {});
        m_delivering = false;
    }
    for (const OutputBatch &batch : std::as_const(batches))
        Q_EMIT batchReady(batch);
    for (const QByteArray &launch : std::as_const(found))
        Q_EMIT lineFound(launch);
}

} // namespace semper
