// SPDX-License-Identifier: GPL-3.0-or-later
#include "readiness/repeatedprobe.h"

using namespace Qt::StringLiterals;

namespace semper {

RepeatedProbe::RepeatedProbe(const ReadySpec &spec)
    : m_missing(u"no attempt has ended yet"_s)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(spec.interval);
    connect(&m_pause, &QTimer::timeout, this, &RepeatedProbe::attempt);
    m_limit.setSingleShot(true);
    m_limit.setInterval(spec.attemptTimeout);
    connect(&m_limit, &QTimer::timeout, this,
        [this] { giveUp(u"nothing within %1 ms"_s.arg(m_limit.interval())); });
}

void RepeatedProbe::attempt()
{
    m_limit.start();
    begin();
}

void RepeatedProbe::succeed()
{
    m_limit.stop();
    Q_EMIT ready();
}

void RepeatedProbe::fail(const QString &why)
{
    m_limit.stop();
    m_missing = why;
    m_pause.start();
}

} // namespace semper
