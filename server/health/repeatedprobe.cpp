// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/repeatedprobe.h"

using namespace Qt::StringLiterals;

namespace semper {

RepeatedProbe::RepeatedProbe(const ReadySpec &spec)
    : m_limit(spec.attemptTimeout)
    , m_missing(u"no attempt has ended yet"_s)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(spec.interval);
    connect(&m_pause, &QTimer::timeout, this, &RepeatedProbe::attempt);
    connect(&m_limit, &AttemptLimit::elapsed, this, [this, limit = spec.attemptTimeout] {
        giveUp(u"nothing within %1 ms"_s.arg(limit.count()));
    });
}

void RepeatedProbe::startWatching()
{
    m_isWatching = true;
    m_pause.start();
}

void RepeatedProbe::attempt()
{
    m_limit.start();
    begin();
}

void RepeatedProbe::succeed()
{
    m_limit.stop();
    if (m_isWatching)
        m_pause.start();
    Q_EMIT ready();
}

void RepeatedProbe::fail(const QString &why)
{
    m_limit.stop();
    m_missing = why;
    m_pause.start();
    Q_EMIT failed(why);
}

} // namespace semper
