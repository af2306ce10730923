// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/processhost.h"

#include "host/looplag.h"
#include <semper/process.h>
#include <semper/processlink.h>
#include <semper/userprocess.h>

#include "process/currentexception.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "spec/vocabulary.h"

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHost, "semper.host", QtInfoMsg)

constexpr auto patienceWithoutClass = 2s;
constexpr auto timeForParting = 5s; ///< after a fault, or after the end of run()
constexpr auto timeForLastWords = 1s;

} // namespace

ProcessHost::ProcessHost(
    QString name, int instance, Source source, ProcessLink &link, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_name(std::move(name))
    , m_instance(instance)
    , m_source(std::move(source))
    , m_link(link)
    , m_clock(clock)
    , m_heartbeat(clock.timer([this] { beat(); }))
    , m_patience(clock.timer([this] { finish(UserProcessExit::Misconfigured); }))
    , m_parting(clock.timer([this] {
        qCWarning(logHost, "run(), or a task that it spawned, did not end by itself");
        finish(exitCode());
    }))
{
    connect(&link, &ProcessLink::frameReceived, this, &ProcessHost::receive);
}

ProcessHost::~ProcessHost() = default;

void ProcessHost::start()
{
    if (const QString *problem = std::get_if<QString>(&m_source)) {
        qCCritical(logHost, "%ls", qUtf16Printable(*problem));
        m_patience->start(patienceWithoutClass);
    }
    m_link.open();
}

void ProcessHost::requestStop()
{
    m_isAskedToStop = true;
    m_parting->stop();
    if (m_run)
        m_process->requestStop();
    else
        finish(UserProcessExit::Ended);
}

void ProcessHost::receive(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (type == frames::welcome)
        welcome(frame);
    else if (type == frames::stop)
        requestStop();
}

void ProcessHost::welcome(const QJsonObject &frame)
{
    m_heartbeatPause = std::chrono::milliseconds(frame.value(keys::heartbeatMs).toInteger(0));
    if (!m_loopLag)
        m_loopLag = std::make_unique<LoopLag>(m_clock);
    beat();
    if (m_process || m_finished)
        return; // a reconnection
    if (const QString *problem = std::get_if<QString>(&m_source)) {
        tellFault({.what = *problem});
        finish(UserProcessExit::Misconfigured);
        return;
    }
    m_instance = frame.value(keys::instance).toInt(m_instance); // a standby learns it only now
    m_process = std::make_unique<Process>(
        m_name, m_instance, frame.value(keys::settings).toObject(), m_link, m_clock);
    m_process->followWelcome(frame);
    m_process->hold(); // what waited for this launch: until run() listens
    m_startedIsReady = frame.value(keys::readyMode).toString(readyModeName(ReadyMode::Started))
        == readyModeName(ReadyMode::Started);
    connect(m_process.get(), &Process::titleChanged, this, &ProcessHost::titleChanged);
    connect(m_process.get(), &Process::taskFailed, this, &ProcessHost::fail);
    connect(m_process.get(), &Process::taskEnded, this, &ProcessHost::endWithTasks);
    // A coroutine runs at once when called: not inside the link's slot.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!m_finished)
                m_run = drive();
        },
        Qt::QueuedConnection);
}

void ProcessHost::beat()
{
    if (m_heartbeatPause <= 0ms)
        return;
    static_cast<void>(m_link.send(
        makeFrame(frames::heartbeat, {{keys::loopLagMs, qint64(m_loopLag->take().count())}})));
    m_heartbeat->start(m_heartbeatPause);
}

QCoro::Task<> ProcessHost::drive()
{
    try {
        m_userProcess = std::get<Factory>(m_source)();
        const QCoro::Task<> run = m_userProcess->run(*m_process);
        if (!run.isReady())
            beReady();
        m_process->release();
        co_await run;
        beReady(); // it never waited
    } catch (const Stopped &) {
        qCDebug(logHost, "a stop cut run() short");
    } catch (...) {
        const Fault fault = currentFault();
        qCCritical(logHost, "run() threw %ls", qUtf16Printable(fault.what));
        fail(fault);
    }
    m_isRunOver = true;
    endWithTasks();
}

/// Once run() has begun to wait, unless it has had its own say on that.
void ProcessHost::beReady()
{
    if (m_startedIsReady && !m_process->m_toldReady)
        m_process->setReady();
}

/// It threw, or a task that it spawned did: what is left of it is to end.
void ProcessHost::fail(const Fault &fault)
{
    if (m_fault || m_finished)
        return;
    m_fault = fault;
    tellFault(fault);
    m_process->requestStop();
    if (!m_isAskedToStop)
        m_parting->start(timeForParting);
}

void ProcessHost::tellFault(const Fault &fault)
{
    QJsonObject frame = makeFrame(frames::fault, {{keys::what, fault.what}});
    if (fault.isConfiguration)
        frame.insert(keys::configuration, true);
    static_cast<void>(m_link.send(frame));
}

UserProcessExit ProcessHost::exitCode() const
{
    if (!m_fault)
        return UserProcessExit::Ended;
    return m_fault->isConfiguration ? UserProcessExit::Misconfigured : UserProcessExit::Threw;
}

void ProcessHost::endWithTasks()
{
    if (!m_isRunOver || m_finished)
        return;
    if (m_process->running() == 0)
        return finish(exitCode());
    m_process->requestStop();
    if (!m_isAskedToStop && !m_parting->isActive())
        m_parting->start(timeForParting);
}

void ProcessHost::finish(UserProcessExit exit)
{
    if (std::exchange(m_finished, true))
        return;
    m_heartbeat->stop();
    m_patience->stop();
    m_parting->stop();
    if (m_process) {
        m_process->hold(); // what handlers refer to is gone with run()
        m_process->flushMetrics();
    }
    m_link.flush(timeForLastWords);
    // run() may have ended without ever waiting: whoever listens gets it from the event loop.
    QMetaObject::invokeMethod(
        this, [this, exit] { Q_EMIT finished(exit); }, Qt::QueuedConnection);
}

} // namespace semper
