// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/distantwatcher.h"

#include "boundary/crossing.h"

#include <QLoggingCategory>
#include <QPointer>

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>
#include <variant>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logDistantWatcher, "semper.server.peers", QtInfoMsg)

constexpr qint64 mostToPeer = 4 * 1024 * 1024; ///< bytes
constexpr auto timeToTakeFrame = 5s;

} // namespace

/// What both ends share.
struct DistantWatcher::Link : std::enable_shared_from_this<Link>
{
    struct Failure
    {
        QString code;
        QString detail;
    };
    using Item = std::variant<QByteArray, Failure>;

    Link(FrameConnection *nearEnd, Crossing &nearLoop, Crossing &farLoop)
        : near(nearEnd)
        , toNear(nearLoop)
        , toFar(farLoop)
    { }

    [[nodiscard]] qint64 waiting() const { return underWay + atPeer; }
    void enqueue(Item item);
    void handOver();
    void receive(const QJsonObject &frame);
    void relieve();

    QPointer<FrameConnection> near; ///< for the peer's thread to look at
    QPointer<DistantWatcher> far; ///< for supervision's
    Crossing &toNear;
    Crossing &toFar;
    std::mutex mutex; ///< guards the next
    std::deque<Item> items; ///< on their way to the peer
    std::atomic<qint64> underWay = 0; ///< bytes of them
    std::atomic<qint64> atPeer = 0; ///< bytes that have crossed and wait there
};

/// In supervision's thread.
void DistantWatcher::Link::enqueue(Item item)
{
    const std::lock_guard lock(mutex);
    items.push_back(std::move(item));
    if (items.size() == 1)
        toNear.post([link = shared_from_this()] { link->handOver(); });
}

/// In the peer's thread, like the next two.
void DistantWatcher::Link::handOver()
{
    std::deque<Item> taken;
    {
        const std::lock_guard lock(mutex);
        taken.swap(items);
    }
    const qint64 before = waiting();
    for (const Item &item : taken) {
        const auto *frame = std::get_if<QByteArray>(&item);
        if (near && frame) {
            near->write(*frame);
        } else if (near) {
            const auto &failure = std::get<Failure>(item);
            near->fail(failure.code, failure.detail);
        }
        if (frame)
            underWay -= frame->size();
    }
    if (near)
        atPeer = near->bytesToWrite();
    if (before >= enoughWaiting && waiting() < enoughWaiting)
        relieve();
}

// A peer that ends its side with its question gets the answer all the same: before it is found to
// be gone, what supervision says to the frame is written.
void DistantWatcher::Link::receive(const QJsonObject &frame)
{
    const auto take = [link = shared_from_this(), frame] {
        if (link->far)
            Q_EMIT link->far->frameReceived(frame);
        return true;
    };
    const bool isTaken = toFar.ask(take, timeToTakeFrame).has_value();
    if (!isTaken && near)
        near->fail(u"timed_out"_s, u"supervision does not answer"_s);
    handOver();
}

void DistantWatcher::Link::relieve()
{
    if (near)
        atPeer = near->bytesToWrite();
    toFar.post([link = shared_from_this()] {
        if (link->far)
            Q_EMIT link->far->relieved();
    });
}

void DistantWatcher::open(FrameConnection *peer, Crossing &here, Crossing &there,
    const std::function<void(DistantWatcher *)> &take)
{
    const auto link = std::make_shared<Link>(peer, here, there);
    const auto open = [link, take, name = peer->peerName()] {
        link->far = new DistantWatcher(link, name);
        take(link->far);
        return true;
    };
    if (!there.ask(open, timeToTakeFrame))
        return peer->fail(u"timed_out"_s, u"supervision does not answer"_s);
    connect(peer, &FrameConnection::frameReceived, peer,
        [link](const QJsonObject &frame) { link->receive(frame); });
    connect(peer, &FrameConnection::relieved, peer, [link] { link->relieve(); });
    connect(peer, &FrameConnection::closed, peer, [link] {
        link->toFar.post([link] {
            if (!link->far)
                return;
            Q_EMIT link->far->closed();
            link->far->deleteLater();
        });
    });
    link->handOver();
}

DistantWatcher::DistantWatcher(std::shared_ptr<Link> link, QString peerName)
    : m_link(std::move(link))
    , m_peerName(std::move(peerName))
{ }

DistantWatcher::~DistantWatcher() = default;

qint64 DistantWatcher::bytesToWrite() const
{
    return m_link->waiting();
}

void DistantWatcher::write(const QByteArray &encoded)
{
    if (m_failed)
        return;
    if (bytesToWrite() + encoded.size() > mostToPeer) {
        qCWarning(logDistantWatcher, "%ls does not read what it is sent; cut off",
            qUtf16Printable(m_peerName));
        return fail(u"too_slow"_s, u"too much waits to be read"_s);
    }
    m_link->underWay += encoded.size();
    m_link->enqueue(encoded);
}

void DistantWatcher::fail(const QString &code, const QString &detail)
{
    if (!std::exchange(m_failed, true))
        m_link->enqueue(Link::Failure{.code = code, .detail = detail});
}

} // namespace semper
