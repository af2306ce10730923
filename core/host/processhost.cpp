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
constexpr auto timeForLastWords = 1s;
constexpr qsizetype maximumFaultLength = 4096;

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
    , m_patience(clock.timer([this] { finish(UserProcessExit::NoSuchClass); }))
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
        finish(UserProcessExit::NoSuchClass, *problem);
        return;
    }
    m_instance = frame.value(keys::instance).toInt(m_instance); // a standby learns it only now
    m_process = std::make_unique<Process>(
        m_name, m_instance, frame.value(keys::settings).toObject(), m_link, m_clock);
    m_process->hold(); // what waited for this launch: until run() listens
    m_startedIsReady = frame.value(keys::readyMode).toString(readyModeName(ReadyMode::Started))
        == readyModeName(ReadyMode::Started);
    connect(m_process.get(), &Process::titleChanged, this, &ProcessHost::titleChanged);
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
    QString fault;
    try {
        m_userProcess = std::get<Factory>(m_source)();
        if (m_startedIsReady)
            m_process->setReady(); // run() may take it back
        const QCoro::Task<> run = m_userProcess->run(*m_process);
        m_process->release();
        co_await run;
    } catch (const Stopped &) {
        qCDebug(logHost, "a stop cut run() short");
    } catch (...) {
        fault = describeCurrentException().left(maximumFaultLength);
    }
    if (fault.isEmpty()) {
        finish(UserProcessExit::Ended);
    } else {
        qCCritical(logHost, "run() threw %ls", qUtf16Printable(fault));
        finish(UserProcessExit::Threw, fault);
    }
}

void ProcessHost::finish(UserProcessExit exit, const QString &fault)
{
    if (std::exchange(m_finished, true))
        return;
    m_heartbeat->stop();
    m_patience->stop();
    if (m_process) {
        m_process->hold(); // what handlers refer to is gone with run()
        m_process->flushMetrics();
    }
    if (!fault.isEmpty())
        static_cast<void>(m_link.send(makeFrame(frames::fault, {{keys::what, fault}})));
    m_link.flush(timeForLastWords);
    // run() may have ended without ever waiting: whoever listens gets it from the event loop.
    QMetaObject::invokeMethod(
        this, [this, exit] { Q_EMIT finished(exit); }, Qt::QueuedConnection);
}

} // namespace semper
