// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/framepump.h"

#include "turns/turnline.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace semper {

namespace {

/// What is read of one peer before others, and the event loop, have had their turn.
constexpr qsizetype chunkBytes = 16 * 1024;
/// More than a peer can have in the kernel's buffer when it dies.
constexpr int lastChunks = 64;

} // namespace

/// One connection. Locked before the pump's own mutex, never after it.
struct FramePump::Channel
{
    explicit Channel(int socket)
        : descriptor(socket)
    { }
    ~Channel() { ::close(descriptor); }
    Q_DISABLE_COPY_MOVE(Channel)

    [[nodiscard]] qsizetype waiting() const { return output.size() - written; }

    const int descriptor;
    std::mutex mutex;
    FrameReader reader;
    QByteArray output;
    qsizetype written = 0; ///< of output
    qint64 taken = 0; ///< of all output there ever was
    bool held = false; ///< its frames wait for the event loop: no more is read until they are told
    bool discarding = false;
    bool finishing = false;
    bool strained = false; ///< more than enough waits, which the listener has been shown
    bool ended = false; ///< hung up, or removed
};

FramePump::FramePump(QObject *parent)
    : QObject(parent)
    , m_turn(std::make_shared<TurnLine>(), [this] { return deliver(); })
{
    connect(&m_bell, &Doorbell::heard, this, &FramePump::collect);
    m_thread.start([this](Id id, quint32 events) { serve(id, events); }, [] { return -1; });
}

FramePump::~FramePump() = default;

FramePump::Id FramePump::add(int socket, Listener *listener)
{
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    const Id id = ++m_lastId;
    m_listeners.insert(id, listener);
    const auto channel = std::make_shared<Channel>(socket);
    {
        const std::lock_guard lock(m_mutex);
        m_channels.insert(id, channel);
    }
    if (!m_thread.set().add(socket, id, EPOLLIN | EPOLLONESHOT)) {
        post(id, HungUp{});
        ring();
    }
    return id;
}

void FramePump::remove(Id id)
{
    m_listeners.remove(id);
    if (m_news.remove(id))
        m_order.removeOne(id);
    const auto channel = this->channel(id);
    if (!channel)
        return;
    const std::lock_guard lock(channel->mutex);
    channel->ended = true;
    // Closing alone would not do: a launch on its way to exec still holds a copy.
    m_thread.set().remove(channel->descriptor);
    ::shutdown(channel->descriptor, SHUT_RDWR);
    const std::lock_guard pumpLock(m_mutex);
    m_channels.remove(id);
}

std::shared_ptr<FramePump::Channel> FramePump::channel(Id id) const
{
    const std::lock_guard lock(m_mutex);
    return m_channels.value(id);
}

void FramePump::write(Id id, const QByteArray &encoded)
{
    const auto channel = this->channel(id);
    if (!channel)
        return;
    const std::lock_guard lock(channel->mutex);
    if (channel->ended)
        return;
    const bool wasIdle = channel->waiting() == 0;
    channel->output.append(QByteArrayView(encoded)); // a copy: the two threads share nothing
    channel->strained |= channel->waiting() >= enoughWaiting;
    if (wasIdle)
        arm(id, *channel);
}

qint64 FramePump::bytesToWrite(Id id) const
{
    const auto channel = this->channel(id);
    if (!channel)
        return 0;
    const std::lock_guard lock(channel->mutex);
    return channel->waiting();
}

qint64 FramePump::bytesTaken(Id id) const
{
    const auto channel = this->channel(id);
    if (!channel)
        return 0;
    const std::lock_guard lock(channel->mutex);
    return channel->taken;
}

void FramePump::finish(Id id)
{
    const auto channel = this->channel(id);
    if (!channel)
        return;
    {
        const std::lock_guard lock(channel->mutex);
        channel->discarding = true;
        channel->finishing = true;
        send(id, *channel);
        arm(id, *channel);
    }
    ring();
}

void FramePump::flush(Id id)
{
    const auto channel = this->channel(id);
    if (!channel)
        return;
    {
        const std::lock_guard lock(channel->mutex);
        send(id, *channel);
    }
    ring();
}

void FramePump::flushAll()
{
    for (auto it = m_listeners.cbegin(); it != m_listeners.cend(); ++it)
        flush(it.key());
}

void FramePump::drain(Id id)
{
    const auto channel = this->channel(id);
    if (!channel)
        return;
    QQueue<News> news;
    {
        const std::lock_guard lock(channel->mutex);
        for (int i = 0; i < lastChunks && receive(id, *channel); ++i) { }
        const std::lock_guard pumpLock(m_mutex);
        news = m_news.take(id);
        m_order.removeOne(id);
        const auto others = std::stable_partition(m_arrivals.begin(), m_arrivals.end(),
            [id](const Arrival &arrival) { return arrival.id == id; });
        std::for_each(m_arrivals.begin(), others,
            [&news](Arrival &arrival) { news.append(std::move(arrival.news)); });
        m_arrivals.remove(0, others - m_arrivals.begin());
    }
    for (const News &one : std::as_const(news))
        tell(id, one);
    release(id);
}

void FramePump::serve(Id id, quint32 events)
{
    const auto channel = this->channel(id);
    if (!channel)
        return;
    {
        const std::lock_guard lock(channel->mutex);
        if (channel->ended)
            return;
        if (events & EPOLLOUT)
            send(id, *channel);
        if (events & ~quint32(EPOLLOUT) && !channel->held)
            receive(id, *channel);
        arm(id, *channel);
    }
    ring();
}

// True if there was something.
bool FramePump::receive(Id id, Channel &channel)
{
    if (channel.ended)
        return false;
    QByteArray bytes(chunkBytes, Qt::Uninitialized);
    const ssize_t size
        = ::recv(channel.descriptor, bytes.data(), std::size_t(bytes.size()), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (size <= 0) {
        send(id, channel);
        channel.ended = true;
        post(id, HungUp{});
        return false;
    }
    if (channel.discarding)
        return true;
    bytes.truncate(size);
    channel.reader.append(bytes);
    while (auto item = channel.reader.next()) {
        channel.held = true;
        if (const auto *error = std::get_if<FrameError>(&*item)) {
            channel.discarding = true;
            post(id, *error);
            break;
        }
        post(id, std::get<QJsonObject>(std::move(*item)));
    }
    return true;
}

void FramePump::send(Id id, Channel &channel)
{
    while (channel.waiting() > 0) {
        const ssize_t size
            = ::send(channel.descriptor, channel.output.constData() + channel.written,
                std::size_t(channel.waiting()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && errno == EAGAIN)
            break;
        channel.taken += std::max<ssize_t>(size, 0);
        // Nobody reads any more; that it hung up is seen where it is read from.
        channel.written = size < 0 ? channel.output.size() : channel.written + size;
    }
    if (channel.waiting() == 0) {
        channel.output.resize(0); // The room stays for the next frame, unless it is much.
        if (channel.output.capacity() > chunkBytes)
            channel.output = {};
        channel.written = 0;
        // Closing while the peer still writes would reset the connection, and the last frame would
        // be lost: the peer sees the end, and what it sends meanwhile is thrown away.
        if (std::exchange(channel.finishing, false))
            ::shutdown(channel.descriptor, SHUT_WR);
    } else if (channel.written > enoughWaiting) {
        channel.output.remove(0, channel.written);
        channel.written = 0;
    }
    if (channel.waiting() < enoughWaiting && std::exchange(channel.strained, false))
        post(id, Relieved{});
}

void FramePump::arm(Id id, Channel &channel) const
{
    const quint32 interest
        = (channel.held ? 0U : quint32(EPOLLIN)) | (channel.waiting() > 0 ? quint32(EPOLLOUT) : 0U);
    if (channel.ended || interest == 0)
        return;
    m_thread.set().change(channel.descriptor, id, interest | EPOLLONESHOT);
}

void FramePump::post(Id id, News news)
{
    const std::lock_guard lock(m_mutex);
    m_arrivals.append({id, std::move(news)});
}

/// Without any lock, for which whoever hears the bell would have to wait.
void FramePump::ring()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_arrivals.isEmpty() || std::exchange(m_delivering, true))
            return;
    }
    m_bell.ring();
}

void FramePump::collect()
{
    QList<Arrival> arrivals;
    {
        const std::lock_guard lock(m_mutex);
        arrivals = std::exchange(m_arrivals, {});
        m_delivering = false;
    }
    std::for_each(arrivals.begin(), arrivals.end(), [this](Arrival &arrival) {
        QQueue<News> &news = m_news[arrival.id];
        if (news.isEmpty())
            m_order.enqueue(arrival.id);
        news.append(std::move(arrival.news));
    });
    m_turn.ask();
}

/// Tells one piece of news of the peer whose turn it is. True: there are more.
bool FramePump::deliver()
{
    if (m_order.isEmpty())
        return false;
    const Id id = m_order.dequeue();
    QQueue<News> &waiting = m_news[id];
    const News news = waiting.dequeue();
    const bool isLast = waiting.isEmpty();
    if (isLast)
        m_news.remove(id);
    else
        m_order.enqueue(id);
    tell(id, news); // which may have others removed, or drained
    if (isLast && !m_news.contains(id))
        release(id);
    return !m_order.isEmpty();
}

/// All that came of it is told: more is read.
void FramePump::release(Id id)
{
    const auto channel = this->channel(id);
    if (!channel)
        return;
    const std::lock_guard lock(channel->mutex);
    if (std::exchange(channel->held, false))
        arm(id, *channel);
}

void FramePump::tell(Id id, const News &news)
{
    Listener *listener = m_listeners.value(id);
    if (!listener) // removed by what one before it told
        return;
    if (const auto *frame = std::get_if<QJsonObject>(&news))
        listener->frameArrived(*frame);
    else if (const auto *error = std::get_if<FrameError>(&news))
        listener->frameBroken(*error);
    else if (std::holds_alternative<Relieved>(news))
        listener->outputRelieved();
    else
        listener->hungUp();
}

} // namespace semper
