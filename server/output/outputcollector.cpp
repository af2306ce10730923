// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputcollector.h"

#include "os/standarderror.h"

#include <QMutexLocker>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int sliceMs = 1000 / ReadAllowance::slicesPerSecond; ///< and between two deliveries
constexpr qint64 readingBytes = 64 * 1024; ///< what is read at once, and what a pipe holds
constexpr int lastReadings = 16; ///< a pipe can be made to hold a mebibyte
constexpr qsizetype maximumLineBytes = 8 * 1024;
// A pattern costs more than a line that is only passed on.
constexpr qint64 costOfSearch = 10;

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
    , m_echo(&StandardError::write)
    , m_buffer(readingBytes, Qt::Uninitialized)
    , m_lastId(quitId)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_quit(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    watch(m_epoll, m_quit, quitId);
    m_clock.start();
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
    for (const auto &last : std::as_const(m_last))
        for (const auto &[batch, slice] : last)
            m_echo.write(batch, std::chrono::steady_clock::now());
    for (const OutputBatch &batch : m_gathered.takeAll())
        m_echo.write(batch, std::chrono::steady_clock::now());
    m_echo.finish();
    ::close(m_quit);
    ::close(m_epoll);
}

int OutputCollector::open(const QString &process, int instance, const AwaitedLine &awaited,
    const OutputLimitsSpec &limits)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    const int reader = ends[0];
    const quint64 id = ++m_lastId;
    {
        const QMutexLocker lock(&m_mutex);
        m_streams.insert(id,
            {{process, instance}, reader, {}, awaited.launch,
                BoundedPattern::make(awaited.pattern, mostStepsPerLine), ReadAllowance(limits)});
        if (!awaited.launch.isEmpty())
            m_launches.insert(awaited.launch, id);
    }
    if (watch(m_epoll, reader, id))
        return ends[1];
    const int error = errno;
    {
        const QMutexLocker lock(&m_mutex);
        m_streams.remove(id);
        m_launches.remove(awaited.launch);
    }
    ::close(reader);
    ::close(ends[1]);
    errno = error;
    return -1;
}

void OutputCollector::assign(int instance, const AwaitedLine &awaited)
{
    const QMutexLocker lock(&m_mutex);
    const auto stream = m_streams.find(m_launches.value(awaited.launch));
    if (stream == m_streams.end())
        return;
    stream->process.second = instance;
    stream->awaited = BoundedPattern::make(awaited.pattern, mostStepsPerLine);
}

void OutputCollector::setLimits(const QByteArray &launch, const OutputLimitsSpec &limits)
{
    const QMutexLocker lock(&m_mutex);
    if (const auto it = m_streams.find(m_launches.value(launch)); it != m_streams.end())
        it->allowance.setLimits(limits);
}

QStringList OutputCollector::takeLast(
    const QString &process, int instance, const QByteArray &launch)
{
    const QMutexLocker lock(&m_mutex);
    OutputTail tail = m_tails.take(launch);
    // It may have been read to its end already.
    if (const auto stream = m_streams.find(m_launches.value(launch)); stream != m_streams.end()) {
        stream->awaited = {};
        auto reading = Reading::Some;
        for (int i = 0; i < lastReadings && reading == Reading::Some; ++i)
            reading = read(*stream, readingBytes);
        if (reading == Reading::End) // which the thread will see too
            endLine(*stream);
        tail = std::exchange(stream->tail, std::nullopt).value_or(tail);
    }
    m_last[{process, instance}].append(
        {m_gathered.takeOf({process, instance})
                .value_or(OutputBatch{.process = process, .instance = instance, .lines = {}}),
            slice()});
    return tail.lines();
}

void OutputCollector::forgetLines(const QByteArray &launch)
{
    const QMutexLocker lock(&m_mutex);
    m_tails.remove(launch);
    if (const auto stream = m_streams.find(m_launches.value(launch)); stream != m_streams.end())
        stream->tail.reset();
}

void OutputCollector::handOnLast(const QString &process, int instance)
{
    QList<Last> last;
    {
        const QMutexLocker lock(&m_mutex);
        if (!m_last.contains({process, instance}))
            return;
    }
    handOver(); // what came before
    {
        const QMutexLocker order(&m_echo.order());
        {
            const QMutexLocker lock(&m_mutex);
            last = m_last.take({process, instance});
        }
        for (const auto &[batch, slice] : std::as_const(last))
            m_echo.write(batch, std::chrono::steady_clock::now());
    }
    for (const auto &[batch, slice] : std::as_const(last))
        if (!batch.isEmpty())
            Q_EMIT batchReady(batch);
}

qint64 OutputCollector::slice() const
{
    return m_clock.elapsed() / sliceMs;
}

int OutputCollector::untilNextSlice() const
{
    return sliceMs - int(m_clock.elapsed() % sliceMs);
}

void OutputCollector::run()
{
    std::array<epoll_event, 64> events;
    bool pending = false;
    for (;;) {
        const bool waits = pending || !m_paused.isEmpty();
        const int count = ::epoll_wait(
            m_epoll, events.data(), int(events.size()), waits ? untilNextSlice() : -1);
        if (count < 0 && errno != EINTR)
            return;
        for (int i = 0; i < count; ++i) {
            const quint64 id = events[std::size_t(i)].data.u64;
            if (id == quitId)
                return takeLastWords();
            pending |= drain(id);
        }
        const qint64 now = slice();
        if (now == m_lastDelivery)
            continue;
        m_lastDelivery = now;
        resume();
        if (pending)
            pending = deliver();
    }
}

void OutputCollector::takeLastWords()
{
    const QMutexLocker lock(&m_mutex);
    for (Stream &stream : m_streams) {
        if (read(stream, readingBytes) == Reading::End || !stream.rest.isEmpty())
            endLine(stream);
        ::close(stream.descriptor);
    }
    m_streams.clear();
}

// True if there was something.
bool OutputCollector::drain(quint64 id)
{
    Stream after;
    auto reading = Reading::Nothing;
    {
        const QMutexLocker lock(&m_mutex);
        const auto stream = m_streams.find(id);
        if (stream == m_streams.end())
            return false;
        const qint64 most = stream->allowance.bytes(slice(), readingBytes);
        if (most == 0) {
            pause(id, stream->descriptor);
            return false;
        }
        reading = read(*stream, most);
        if (reading == Reading::End)
            endLine(*stream);
        if (!m_toSearch.isEmpty() || reading == Reading::End)
            after = *stream;
        if (reading == Reading::End) {
            if (stream->tail && !stream->tail->isEmpty() && !stream->launch.isEmpty())
                m_tails.insert(stream->launch, *stream->tail);
            m_launches.remove(stream->launch);
            m_streams.remove(id);
        }
    }
    if (!m_toSearch.isEmpty())
        search(id, after);
    if (reading == Reading::End) {
        // Closing alone would not do: a launch on its way to exec may still hold a copy, which the
        // epoll set would go on to tell of.
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, after.descriptor, nullptr);
        ::close(after.descriptor);
    }
    return reading != Reading::Nothing;
}

auto OutputCollector::read(Stream &stream, qint64 most) -> Reading
{
    const ssize_t size = ::read(stream.descriptor, m_buffer.data(), std::size_t(most));
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return Reading::Nothing;
    if (size <= 0)
        return Reading::End;
    const QByteArrayView bytes = QByteArrayView(m_buffer).first(size);
    const qint64 lines = std::count(bytes.begin(), bytes.end(), '\n');
    stream.allowance.spend(size, stream.awaited ? lines * costOfSearch : lines);
    if (stream.tail)
        stream.tail->add(bytes);
    takeLines(stream, bytes);
    return Reading::Some;
}

// Without it in the set nothing is told of it, not even its end, which would be told for ever.
void OutputCollector::pause(quint64 id, int descriptor)
{
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    m_paused.insert(id);
}

void OutputCollector::resume()
{
    if (m_paused.isEmpty())
        return;
    const QMutexLocker lock(&m_mutex);
    for (const quint64 id : std::exchange(m_paused, {}))
        watch(m_epoll, m_streams.value(id).descriptor, id);
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

void OutputCollector::endLine(Stream &stream)
{
    if (!stream.rest.isEmpty())
        addLine(stream, std::exchange(stream.rest, {}));
}

void OutputCollector::takeLines(Stream &stream, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        if (!stream.awaited && m_gathered.isFull(stream.process))
            return skipLines(stream, bytes);
        const qsizetype end = bytes.indexOf('\n');
        stream.rest.append(end < 0 ? bytes : bytes.first(end));
        while (stream.rest.size() > maximumLineBytes) {
            addLine(stream, stream.rest.first(maximumLineBytes));
            stream.rest.remove(0, maximumLineBytes);
        }
        if (end < 0)
            return;
        addLine(stream, stream.rest);
        stream.rest.clear();
        bytes = bytes.sliced(end + 1);
    }
}

// In a flood nearly all lines end here, so they are counted and not looked at.
void OutputCollector::skipLines(Stream &stream, QByteArrayView bytes)
{
    const qsizetype last = bytes.lastIndexOf('\n');
    if (last >= 0) {
        m_gathered.drop(stream.process, std::count(bytes.begin(), bytes.begin() + last + 1, '\n'));
        stream.rest.clear();
    }
    stream.rest.append(bytes.sliced(last + 1));
    if (const qsizetype pieces = stream.rest.size() / maximumLineBytes; pieces > 0) {
        m_gathered.drop(stream.process, pieces);
        stream.rest.remove(0, pieces * maximumLineBytes);
    }
}

void OutputCollector::addLine(const Stream &stream, const QByteArray &line)
{
    if (stream.awaited)
        m_toSearch.append(line);
    m_gathered.add(stream.process, line);
}

// True if there is more to come.
bool OutputCollector::deliver()
{
    const Instant now = std::chrono::steady_clock::now();
    const QMutexLocker order(&m_echo.order());
    OutputBatches batches;
    {
        const QMutexLocker lock(&m_mutex);
        if (m_delivering)
            return true;
        m_last.removeIf([this](const auto &entry) { // which nobody asked for
            if (slice() - entry->last().slice <= ReadAllowance::slicesPerSecond)
                return false;
            for (auto last = entry->crbegin(); last != entry->crend(); ++last)
                if (!last->batch.isEmpty())
                    m_gathered.putBack(last->batch);
            return true;
        });
        batches = m_gathered.takeAll({m_last.keyBegin(), m_last.keyEnd()});
        m_delivery = batches;
        m_delivering = !batches.isEmpty();
    }
    for (const OutputBatch &batch : std::as_const(batches))
        m_echo.write(batch, now);
    if (!batches.isEmpty())
        ring();
    return m_echo.tellLeftOut(now);
}

void OutputCollector::ring()
{
    QMetaObject::invokeMethod(this, &OutputCollector::handOver, Qt::QueuedConnection);
}

void OutputCollector::handOver()
{
    OutputBatches batches;
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
