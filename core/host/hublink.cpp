// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/hublink.h"

#include "protocol/keys.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHubLink, "semper.host.hublink", QtInfoMsg)

constexpr auto pauseOfFullBuffer = 100ms;
constexpr auto pauseOfRefused = 5s;

} // namespace

HubLink::HubLink(HubAddress hub, QJsonObject hello, QObject *parent)
    : ProcessLink(parent)
    , m_client(std::move(hub), HubClient::Reconnect::Forever)
    , m_hello(std::move(hello))
    , m_latest{{{frames::title, {}}, {frames::ready, {}}, {frames::status, {}},
          {frames::metrics, {}}, {frames::fault, {}}}}
{
    m_again.setSingleShot(true);
    m_again.setInterval(pauseOfFullBuffer);
    m_reopen.setSingleShot(true);
    m_reopen.setInterval(pauseOfRefused);
    connect(&m_again, &QTimer::timeout, this, &HubLink::deliver);
    connect(&m_reopen, &QTimer::timeout, &m_client, &HubClient::open);
    connect(&m_client, &HubClient::opened, this, [this] { m_client.send(m_hello); });
    connect(&m_client, &HubClient::frameReceived, this, &HubLink::receive);
    connect(&m_client, &HubClient::closed, this, &HubLink::lost);
}

void HubLink::open()
{
    m_client.open();
}

bool HubLink::send(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (type == frames::heartbeat || type == frames::worked) // worth nothing later
        return m_welcomed && m_client.send(frame);
    const auto latest = std::ranges::find(m_latest, type, &Latest::type);
    if (latest != m_latest.end()) {
        latest->frame = frame;
        latest->delivered = false;
    } else if (m_waiting.size() < maximumWaiting || type == frames::response) {
        // There are no more answers than the server asked for.
        m_waiting.enqueue(frame);
    } else {
        return false;
    }
    deliver();
    return true;
}

void HubLink::flush(std::chrono::milliseconds limit)
{
    deliver();
    m_client.flush(limit);
}

void HubLink::receive(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (type == frames::error) {
        refused(frame);
        return;
    }
    if (type == frames::welcome) {
        m_welcomed = true;
        m_lastComplaint.clear();
        if (const QJsonValue instance = frame.value(keys::instance); instance.isDouble())
            m_hello.insert(keys::instance, instance); // what a standby is to say from now on
    }
    Q_EMIT frameReceived(frame);
    if (type == frames::welcome)
        deliver();
}

void HubLink::refused(const QJsonObject &error)
{
    qCCritical(logHubLink, "the server refused: %ls (%ls)",
        qUtf16Printable(error.value(keys::detail).toString()),
        qUtf16Printable(error.value(keys::code).toString()));
    if (m_welcomed)
        return;
    // Not at HubClient's pace, which starts anew with each connection.
    m_client.close();
    m_reopen.start();
}

void HubLink::lost(const QString &reason)
{
    m_welcomed = false;
    // The server has given up what it asked over the lost connection.
    m_waiting.removeIf(
        [](const QJsonObject &frame) { return frame.value(keys::type) == frames::response; });
    for (Latest &latest : m_latest)
        latest.delivered = false;
    if (!m_reopen.isActive() && std::exchange(m_lastComplaint, reason) != reason)
        qCWarning(logHubLink, "no connection to the server: %ls", qUtf16Printable(reason));
}

void HubLink::deliver()
{
    if (!m_welcomed)
        return;
    for (Latest &latest : m_latest) {
        if (!latest.frame.isEmpty() && !latest.delivered)
            latest.delivered = m_client.send(latest.frame);
    }
    while (!m_waiting.isEmpty() && m_client.send(m_waiting.head()))
        m_waiting.dequeue();
    const bool isBehind = std::ranges::any_of(m_latest,
        [](const Latest &latest) { return !latest.frame.isEmpty() && !latest.delivered; });
    if (isBehind || !m_waiting.isEmpty())
        m_again.start();
}

} // namespace semper
