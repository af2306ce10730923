// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/systemwallclock.h"

#include "os/zonewatch.h"
#include "spec/timezonename.h"

#include <QLoggingCategory>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include <sys/timerfd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSystemWallClock, "semper.server.clock", QtInfoMsg)

// Not armed it would not be told of a clock that is set.
constexpr time_t never = std::numeric_limits<qint32>::max();

} // namespace

SystemWallClock::SystemWallClock(QObject *parent)
    : WallClock(parent)
    , m_timer(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK))
{
    if (m_timer < 0) {
        qCWarning(logSystemWallClock, "no timer for schedules: %s",
            qUtf8Printable(qt_error_string(errno)));
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_timer, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &SystemWallClock::read);
    arm();
}

SystemWallClock::~SystemWallClock()
{
    m_notifier.reset();
    if (m_timer >= 0)
        ::close(m_timer);
}

QDateTime SystemWallClock::now() const
{
    return QDateTime::currentDateTimeUtc();
}

void SystemWallClock::wakeAt(const QDateTime &moment)
{
    if (moment == m_moment)
        return;
    m_moment = moment;
    arm();
}

QTimeZone SystemWallClock::zone()
{
    if (!m_zoneWatch) {
        m_zone = localTimeZone();
        m_zoneWatch = std::make_unique<ZoneWatch>(localTimeFile);
        connect(m_zoneWatch.get(), &ZoneWatch::changed, this, &SystemWallClock::readZone);
    }
    return m_zone;
}

void SystemWallClock::readZone()
{
    const QTimeZone zone = localTimeZone();
    if (std::exchange(m_zone, zone) == zone)
        return;
    qCInfo(logSystemWallClock, "the time zone of this machine is %s now", zone.id().constData());
    Q_EMIT moved();
}

void SystemWallClock::arm()
{
    itimerspec when = {};
    when.it_value.tv_sec = never;
    if (m_moment.isValid()) {
        // Zero would disarm it.
        const qint64 milliseconds = std::max<qint64>(1, m_moment.toMSecsSinceEpoch());
        when.it_value.tv_sec = milliseconds / 1000;
        when.it_value.tv_nsec = milliseconds % 1000 * 1'000'000;
    }
    constexpr int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    if (m_timer < 0 || ::timerfd_settime(m_timer, flags, &when, nullptr) == 0)
        return;
    if (errno == ECANCELED) // it is armed; the clock was set before, and read() will not hear of it
        QMetaObject::invokeMethod(this, &WallClock::leapt, Qt::QueuedConnection);
    else
        qCWarning(logSystemWallClock, "cannot set the timer for schedules: %s",
            qUtf8Printable(qt_error_string(errno)));
}

void SystemWallClock::read()
{
    quint64 expirations = 0;
    if (::read(m_timer, &expirations, sizeof expirations) > 0) {
        m_moment = {}; // so that asking for the same again arms it again
        Q_EMIT reached();
        return;
    }
    if (errno != ECANCELED)
        return;
    arm();
    Q_EMIT leapt();
}

} // namespace semper
