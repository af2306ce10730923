// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/outputcollector.h"

#include "protocol/processstatus.h"
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
// waits for it. Source: pcre2pattern(3), "Setting match resource limits".
QRegularExpression boundedPattern(const QString &pattern)
{
    const QRegularExpression bounded(u"(*LIMIT_MATCH=100000)"_s + pattern);
    return pattern.isEmpty() || !bounded.isValid() ? QRegularExpression() : bounded;
}

} // namespace

OutputCollector::OutputCollector(QObject *parent)
    : QObject(parent)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_quit(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event{.events = EPOLLIN, .data = {.fd = m_quit}};
    ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_quit, &event);

    // Signals are the main thread's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread(&OutputCollector::run, this);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

OutputCollector::~OutputCollector()
{
    const quint64 one = 1;
    static_cast<void>(!::write(m_quit, &one, sizeof one));
    m_thread.join();
    for (auto it = m_streams.cbegin(); it != m_streams.cend(); ++it)
        ::close(it.key());
    ::close(m_quit);
    ::close(m_epoll);
}

int OutputCollector::open(const QString &process, int instance, const AwaitedLine &awaited)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    {
        const QMutexLocker lock(&m_mutex);
        m_streams.insert(
            ends[0], {process, instance, {}, awaited.launch, boundedPattern(awaited.pattern)});
    }
    epoll_event event{.events = EPOLLIN, .data = {.fd = ends[0]}};
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, ends[0], &event) == 0)
        return ends[1];
    const int error = errno;
    {
        const QMutexLocker lock(&m_mutex);
        m_streams.remove(ends[0]);
    }
    ::close(ends[0]);
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
        stream.awaited = boundedPattern(awaited.pattern);
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
            if (events[std::size_t(i)].data.fd == m_quit)
                return takeLastWords();
            pending |= drain(events[std::size_t(i)].data.fd);
        }
        if (pending && m_sinceDelivery.hasExpired(deliveryIntervalMs) && !m_delivering) {
            deliver();
            m_sinceDelivery.start();
            pending = false;
        }
    }
}

void OutputCollector::takeLastWords()
{
    QList<int> descriptors;
    {
        const QMutexLocker lock(&m_mutex);
        descriptors = m_streams.keys();
    }
    for (const int descriptor : std::as_const(descriptors))
        drain(descriptor); // a pipe holds no more than one reading takes
    deliver();
}

bool OutputCollector::drain(int descriptor)
{
    QByteArray bytes(64 * 1024, Qt::Uninitialized);
    const ssize_t size = ::read(descriptor, bytes.data(), std::size_t(bytes.size()));
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return false;

    bytes.truncate(std::max<ssize_t>(size, 0));
    Stream after;
    {
        const QMutexLocker lock(&m_mutex);
        const auto stream = m_streams.find(descriptor);
        takeLines(*stream, bytes);
        if (bytes.isEmpty() && !stream->rest.isEmpty())
            addLine(*stream, stream->rest);
        after = *stream;
        if (bytes.isEmpty())
            m_streams.remove(descriptor);
    }
    if (!m_toSearch.isEmpty())
        search(descriptor, after);
    if (bytes.isEmpty()) {
        // Closing alone would not do: a launch on its way to exec still holds a copy, which would
        // be told of under this number, whosever it is by then.
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
        ::close(descriptor);
    }
    return true;
}

// Without the lock: a pattern may take its time, and the main thread opens streams meanwhile.
void OutputCollector::search(int descriptor, const Stream &stream)
{
    const QByteArrayList lines = std::exchange(m_toSearch, {});
    const bool found = std::ranges::any_of(lines, [&stream](const QByteArray &line) {
        return stream.awaited.match(QString::fromUtf8(line)).hasMatch();
    });
    if (!found)
        return;
    {
        const QMutexLocker lock(&m_mutex);
        if (const auto it = m_streams.find(descriptor); it != m_streams.end())
            it->awaited = {};
    }
    const auto tell = [this, launch = stream.launch] { Q_EMIT lineFound(launch); };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
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
    if (!stream.awaited.pattern().isEmpty())
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
        batches = std::exchange(m_batches, {});
    }
    for (const OutputBatch &batch : std::as_const(batches)) {
        const QByteArray label = processLabel(batch.process, batch.instance).toUtf8();
        for (const QString &line : batch.lines)
            StandardError::write(label + " | " + line.toUtf8());
        if (batch.dropped > 0)
            StandardError::write(
                label + " | … " + QByteArray::number(batch.dropped) + " lines dropped");
    }
    m_delivering = true;
    const auto handOver = [this, batches] {
        for (const OutputBatch &batch : batches)
            Q_EMIT batchReady(batch);
        m_delivering = false;
    };
    QMetaObject::invokeMethod(this, handOver, Qt::QueuedConnection);
}

} // namespace semper
