// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputcollector.h"

#include "os/standarderror.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <fcntl.h>
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

} // namespace

OutputCollector::OutputCollector(QObject *parent)
    : QObject(parent)
    , m_echo(&StandardError::write)
    , m_buffer(readingBytes, Qt::Uninitialized)
{
    m_clock.start();
    connect(&m_bell, &Doorbell::heard, this, &OutputCollector::handOver);
    m_thread.start(
        [this](quint64 id, quint32) { m_isPending |= drain(id); }, [this] { return endRound(); });
}

OutputCollector::~OutputCollector()
{
    m_thread.stop();
    takeLastWords();
    for (const auto &last : std::as_const(m_last))
        for (const auto &[batch, slice] : last)
            m_echo.write(batch, std::chrono::steady_clock::now());
    for (const OutputBatch &batch : m_gathered.takeAll())
        m_echo.write(batch, std::chrono::steady_clock::now());
    m_echo.finish();
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
        const std::lock_guard lock(m_mutex);
        m_streams.insert(id,
            {{process, instance}, reader, {}, awaited.launch,
                BoundedPattern::make(awaited.pattern, mostStepsPerLine), ReadAllowance(limits)});
        if (!awaited.launch.isEmpty())
            m_launches.insert(awaited.launch, id);
    }
    if (m_thread.set().add(reader, id))
        return ends[1];
    const int error = errno;
    {
        const std::lock_guard lock(m_mutex);
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
    const std::lock_guard lock(m_mutex);
    const auto stream = m_streams.find(m_launches.value(awaited.launch));
    if (stream == m_streams.end())
        return;
    stream->process.second = instance;
    stream->awaited = BoundedPattern::make(awaited.pattern, mostStepsPerLine);
}

void OutputCollector::setLimits(const QByteArray &launch, const OutputLimitsSpec &limits)
{
    const std::lock_guard lock(m_mutex);
    if (const auto it = m_streams.find(m_launches.value(launch)); it != m_streams.end())
        it->allowance.setLimits(limits);
}

QStringList OutputCollector::takeLast(
    const QString &process, int instance, const QByteArray &launch)
{
    const std::lock_guard lock(m_mutex);
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
    const std::lock_guard lock(m_mutex);
    m_tails.remove(launch);
    if (const auto stream = m_streams.find(m_launches.value(launch)); stream != m_streams.end())
        stream->tail.reset();
}

void OutputCollector::handOnLast(const QString &process, int instance)
{
    Delivery before;
    QList<Last> last;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_last.contains({process, instance}))
            return;
    }
    {
        const std::lock_guard order(m_echo.order());
        {
            const std::lock_guard lock(m_mutex);
            before = takeDelivery();
            last = m_last.take({process, instance});
        }
        for (const auto &[batch, slice] : std::as_const(last))
            m_echo.write(batch, std::chrono::steady_clock::now());
    }
    tell(before);
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

/// Returns in how many milliseconds there is something to do though nothing is printed; -1: never.
int OutputCollector::endRound()
{
    if (const qint64 now = slice(); now != std::exchange(m_lastSlice, now)) {
        resume();
        m_isPending = m_isPending && deliver();
    }
    return m_isPending || !m_paused.isEmpty() ? untilNextSlice() : -1;
}

void OutputCollector::takeLastWords()
{
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
        const std::lock_guard lock(m_mutex);
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
        m_thread.set().remove(after.descriptor);
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
    m_thread.set().remove(descriptor);
    m_paused.insert(id);
}

void OutputCollector::resume()
{
    if (m_paused.isEmpty())
        return;
    const std::lock_guard lock(m_mutex);
    for (const quint64 id : std::exchange(m_paused, {}))
        static_cast<void>(m_thread.set().add(m_streams.value(id).descriptor, id));
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
        const std::lock_guard lock(m_mutex);
        if (const auto it = m_streams.find(id); it != m_streams.end())
            it->awaited = {};
        m_delivery.found.append(stream.launch);
    }
    m_bell.ring();
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
    const std::lock_guard order(m_echo.order());
    OutputBatches batches;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_delivery.batches.isEmpty())
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
    }
    for (const OutputBatch &batch : std::as_const(batches))
        m_echo.write(batch, now);
    if (!batches.isEmpty()) {
        const std::lock_guard lock(m_mutex);
        m_delivery.batches = std::move(batches); // Nothing of them is shared by the two threads.
        m_bell.ring();
    }
    return m_echo.tellLeftOut(now);
}

void OutputCollector::handOver()
{
    Delivery delivery;
    {
        const std::lock_guard lock(m_mutex);
        delivery = takeDelivery();
    }
    tell(delivery);
}

OutputCollector::Delivery OutputCollector::takeDelivery()
{
    return std::exchange(m_delivery, {});
}

void OutputCollector::tell(const Delivery &delivery)
{
    for (const OutputBatch &batch : delivery.batches)
        Q_EMIT batchReady(batch);
    for (const QByteArray &launch : delivery.found)
        Q_EMIT lineFound(launch);
}

} // namespace semper
