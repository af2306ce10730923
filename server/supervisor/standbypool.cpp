// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/standbypool.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logStandbyPool, "semper.server.standby", QtInfoMsg)

constexpr auto stableAfter = 10s;

} // namespace

StandbyPool::StandbyPool(
    QString process, ProcessSpec spec, const SupervisorEdges &edges, QObject *parent)
    : QObject(parent)
    , m_process(std::move(process))
    , m_spec(std::move(spec))
    , m_edges(edges)
{
    m_refill.setSingleShot(true);
    connect(&m_refill, &QTimer::timeout, this, &StandbyPool::refill);
}

StandbyPool::~StandbyPool() = default;

void StandbyPool::setNeed(Need need)
{
    if (std::exchange(m_need, need) == need)
        return;
    if (need == Need::Filled)
        return refillLater();
    m_refill.stop();
    if (need == Need::Kept)
        return;
    m_pause.reset();
    for (const auto &host : m_hosts)
        host->end();
}

int StandbyPool::waiting() const
{
    return int(std::ranges::count_if(m_hosts, [](const auto &host) { return host->isWaiting(); }));
}

int StandbyPool::missing() const
{
    return m_spec.standby
        - int(std::ranges::count_if(m_hosts, [](const auto &host) { return !host->isLeaving(); }));
}

StandbyHost *StandbyPool::find(const QByteArray &token) const
{
    const auto found = std::ranges::find_if(
        m_hosts, [&token](const auto &host) { return host->identity().isToken(token); });
    return found == m_hosts.end() ? nullptr : found->get();
}

std::optional<StandbyLaunch> StandbyPool::take()
{
    for (const auto &host : m_hosts) {
        if (!host->isWaiting())
            continue;
        if (const QString fault = host->fault(); !fault.isEmpty()) {
            qCInfo(logStandbyPool, "%s: a host in standby is not used: %s",
                qUtf8Printable(m_process), qUtf8Printable(fault));
            host->end();
            continue;
        }
        std::optional<StandbyLaunch> taken = host->take();
        remove(host.get());
        m_pause.reset(); // it was good
        refillLater();
        // Later: no telling delays a restart.
        QMetaObject::invokeMethod(this, &StandbyPool::changed, Qt::QueuedConnection);
        return taken;
    }
    return std::nullopt;
}

void StandbyPool::refillLater()
{
    if (m_need == Need::Filled && missing() > 0 && !m_refill.isActive())
        m_refill.start(m_pause.now());
}

void StandbyPool::refill()
{
    if (missing() <= 0)
        return;
    m_lastStart = std::chrono::steady_clock::now();
    StandbyHost *host
        = m_hosts.emplace_back(std::make_unique<StandbyHost>(m_process, m_edges)).get();
    connect(host, &StandbyHost::waitingChanged, this, &StandbyPool::changed);
    connect(host, &StandbyHost::ended, this,
        [this, host](const QString &how) { hostEnded(host, how); });
    host->start(m_spec);
    refillLater();
}

void StandbyPool::hostEnded(StandbyHost *host, const QString &how)
{
    const bool wasWanted = !host->isLeaving();
    remove(host);
    if (wasWanted) {
        if (std::chrono::steady_clock::now() - m_lastStart >= stableAfter)
            m_pause.reset();
        m_pause.grow();
        m_refill.stop();
        qCWarning(logStandbyPool, "%s: a host in standby is lost: %s; the next one in %lld ms",
            qUtf8Printable(m_process), qUtf8Printable(how), qint64(m_pause.now().count()));
    }
    refillLater();
    Q_EMIT changed();
}

// From the event loop: it may be inside one of its signals.
void StandbyPool::remove(const StandbyHost *host)
{
    const auto found
        = std::ranges::find_if(m_hosts, [host](const auto &it) { return it.get() == host; });
    (*found)->disconnect(this);
    found->release()->deleteLater();
    m_hosts.erase(found);
}

} // namespace semper
