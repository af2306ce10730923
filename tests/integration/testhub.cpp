// SPDX-License-Identifier: GPL-3.0-or-later
#include "testhub.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

using namespace Qt::StringLiterals;
using namespace semper;

TestHub::TestHub()
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    if (!m_server.listen(socketPath()))
        qFatal("no socket: %ls", qUtf16Printable(m_server.errorString()));
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        m_peer = m_server.nextPendingConnection();
        m_reader = FrameReader();
        connect(m_peer, &QLocalSocket::readyRead, this, &TestHub::readFrames);
    });
}

QProcessEnvironment TestHub::environment() const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"SEMPER_SOCKET"_s, socketPath());
    environment.insert(u"SEMPER_PROCESS"_s, u"worker"_s);
    environment.insert(u"SEMPER_INSTANCE"_s, u"1"_s);
    environment.insert(u"SEMPER_TOKEN"_s, u"secret"_s);
    environment.insert(
        u"SEMPER_PLUGIN_PATH"_s, qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s);
    return environment;
}

void TestHub::launch(QProcess &process, const QString &program, const QString &className) const
{
    if (process.processEnvironment().isEmpty())
        process.setProcessEnvironment(environment());
    process.start(program, {u"--semper-user-process"_s, className});
}

void TestHub::send(const QJsonObject &frame)
{
    if (!m_peer)
        return;
    m_peer->write(encodeFrame(frame));
    m_peer->flush(); // a test may wait for the process next, with no event loop
}

void TestHub::sendWelcome()
{
    QJsonObject welcome = makeFrame(semper::frames::welcome,
        {{keys::version, 1}, {keys::settings, m_settings}, {keys::heartbeatMs, m_heartbeatMs}});
    if (!m_readyMode.isEmpty())
        welcome.insert(keys::readyMode, m_readyMode);
    send(welcome);
}

void TestHub::cut()
{
    if (m_peer)
        m_peer->abort();
}

QList<QJsonObject> TestHub::frames(const QString &type) const
{
    QList<QJsonObject> found;
    for (const QJsonObject &frame : m_frames) {
        if (frame.value(keys::type) == type)
            found.append(frame);
    }
    return found;
}

QJsonObject TestHub::latest(const QString &type) const
{
    const QList<QJsonObject> all = frames(type);
    return all.isEmpty() ? QJsonObject() : all.last();
}

double TestHub::gauge(const QString &name) const
{
    return latest(QString(semper::frames::metrics))[keys::gauges][name].toDouble(-1);
}

double TestHub::counter(const QString &name) const
{
    return latest(QString(semper::frames::metrics))[keys::counters][name].toDouble(-1);
}

void TestHub::readFrames()
{
    m_reader.append(m_peer->readAll());
    while (const auto item = m_reader.next()) {
        if (const auto *error = std::get_if<FrameError>(&*item))
            qFatal("the process sent nonsense: %ls", qUtf16Printable(error->detail));
        receive(std::get<QJsonObject>(*item));
    }
}

void TestHub::receive(const QJsonObject &frame)
{
    m_frames.append(frame);
    m_lastFrame.start();
    const QString type = frame.value(keys::type).toString();
    if (type == semper::frames::hello && m_welcomes)
        sendWelcome();
    if (type != semper::frames::request)
        return;
    const QJsonObject response
        = makeFrame(semper::frames::response, {{keys::id, frame.value(keys::id)}});
    if (m_refuses) {
        QJsonObject refusal = response;
        refusal.insert(
            keys::error, QJsonObject{{keys::code, u"busy"_s}, {keys::detail, u"later"_s}});
        send(refusal);
        return;
    }
    QJsonArray items;
    for (int i = 0; i < m_connections; ++i)
        items.append(QJsonObject{{keys::id, i}, {keys::peer, u"127.0.0.1:%1"_s.arg(5000 + i)}});
    for (const QJsonObject &part : splitFrame(response, keys::result, items))
        send(part);
}
