// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisionloop/serviceloopwatch.h"

#include "boundary/loopmeter.h"
#include "journal/journal.h"
#include "launch/stackdump.h"
#include "protocol/keys.h"

#include <QLoggingCategory>
#include <QPointer>

#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logServiceLoop, "semper.server.service", QtInfoMsg)

/// So often the same turn is seen before it counts as one that hangs, each time after a part of the
/// watchdog's time: so that a pause of the whole server costs only one of them.
constexpr int looksToHang = 4;
constexpr std::chrono::milliseconds hungInterval = 100ms; ///< one that hangs is looked at so often

QString nameOf(ServiceLoopSpec::OnHang action)
{
    return action == ServiceLoopSpec::OnHang::Restart ? u"restart"_s : u"tell"_s;
}

} // namespace

ServiceLoopWatch::ServiceLoopWatch(Journal &journal)
    : m_journal(journal)
{
    m_look.setSingleShot(true);
    connect(&m_look, &QTimer::timeout, this, &ServiceLoopWatch::look);
}

void ServiceLoopWatch::watch(LoopMeter &loop, Post post, const ServiceLoopSpec &spec)
{
    m_loop = &loop;
    m_post = std::move(post);
    m_spec = spec;
    begin();
}

void ServiceLoopWatch::forget()
{
    m_loop = nullptr;
    m_look.stop();
}

void ServiceLoopWatch::setSpec(const ServiceLoopSpec &spec)
{
    if (std::exchange(m_spec, spec) != spec)
        begin();
}

void ServiceLoopWatch::begin()
{
    m_look.stop();
    if (!m_isHung) // else it is the turn that hangs which is looked at
        m_turn = 0;
    m_looks = 0;
    look();
}

/// As long as the loop waits, there is nothing to look at.
void ServiceLoopWatch::expectTurn()
{
    m_loop->notifyOnce([self = QPointer(this), post = m_post] {
        post([self] {
            if (self && !self->m_look.isActive())
                self->begin();
        });
    });
    if (m_loop->turn() != 0) // one that has begun meanwhile, and told nobody
        m_look.start(m_spec.watchdog / looksToHang);
}

void ServiceLoopWatch::look()
{
    if (!m_loop)
        return;
    const qint64 turn = m_loop->turn();
    if (turn == 0 || turn != m_turn) {
        if (m_isHung)
            recover();
        m_turn = turn;
        m_looks = 0;
    } else if (!m_isHung && ++m_looks == looksToHang) {
        hang();
    }
    if (m_isHung)
        return m_look.start(hungInterval);
    if (m_spec.watchdog <= 0ms)
        return;
    if (turn == 0)
        return expectTurn();
    m_look.start(m_spec.watchdog / looksToHang);
}

void ServiceLoopWatch::hang()
{
    m_isHung = true;
    m_hungSince = std::chrono::steady_clock::now() - m_spec.watchdog;
    m_journal.record(QLatin1StringView("service_loop_hung"),
        {{keys::hungMs, qint64(m_spec.watchdog.count())}, {keys::action, nameOf(m_spec.onHang)}});
    qCCritical(logServiceLoop,
        "the services' event loop did not turn for %lld ms: a handler blocks it; processes are "
        "supervised all the same",
        qint64(m_spec.watchdog.count()));
    auto *dump = new StackDump(u"service loop"_s, ::getpid(), StackDump::Threads::First, this);
    connect(dump, &StackDump::finished, this, [this, dump] {
        dump->deleteLater();
        if (m_isHung && m_spec.onHang == ServiceLoopSpec::OnHang::Restart)
            Q_EMIT restartNeeded();
    });
    Q_EMIT changed();
}

void ServiceLoopWatch::recover()
{
    m_isHung = false;
    const auto hung = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - m_hungSince);
    m_journal.record(
        QLatin1StringView("service_loop_recovered"), {{keys::hungMs, qint64(hung.count())}});
    qCWarning(logServiceLoop, "the services' event loop turns again, after %lld ms",
        qint64(hung.count()));
    Q_EMIT changed();
}

QJsonObject ServiceLoopWatch::toJson() const
{
    const qint64 lag = m_loop ? m_loop->takeLongest().count() : 0;
    const auto hung = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - m_hungSince);
    return {{keys::state, m_isHung ? u"hung"_s : u"running"_s}, {keys::lagMs, lag},
        {keys::hungMs, m_isHung ? QJsonValue(qint64(hung.count())) : QJsonValue()}};
}

} // namespace semper
