// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"

#include "support/survivors.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QTest>
#include <QUuid>

#include <chrono>
#include <csignal>

#include <sys/ioctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::test {

namespace {

constexpr std::chrono::milliseconds patience = 40s;

template <typename Condition>
bool await(const Condition &condition)
{
    return QTest::qWaitFor(condition, static_cast<int>(patience.count()));
}

bool writeConfiguration(const QString &path, const QJsonObject &processes, const QJsonObject &top)
{
    const QString anyPort = u"127.0.0.1:0"_s;
    const QJsonObject service{
        {u"type"_s, u"http"_s}, {u"listen"_s, anyPort}, {u"processes"_s, processes}};
    QJsonObject configuration{
        {u"node"_s, u"test-%1"_s.arg(QCoreApplication::applicationPid())},
        {u"control"_s, QJsonObject{{u"listen"_s, anyPort}}},
        {u"state_directory"_s, u"state"_s},
        {u"services"_s, QJsonObject{{u"http"_s, service}}},
    };
    for (auto it = top.begin(); it != top.end(); ++it)
        configuration.insert(it.key(), it.value());
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(configuration).toJson()) > 0;
}

} // namespace

RunningServer::RunningServer(const QJsonObject &processes, const QJsonObject &top)
    : m_mark(QUuid::createUuid().toByteArray(QUuid::Id128))
{
    configure(processes, top);
    inheritEnvironment();
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setWorkingDirectory(m_folder.path());
    m_process.setProgram(builtProgram(u"semper"_s));
    placeSocket(m_socket);
}

void RunningServer::placeSocket(const QString &name)
{
    m_socket = name;
    m_process.setArguments({u"serve"_s, u"--config"_s, configFile(), u"--socket"_s, socketPath()});
}

void RunningServer::inheritEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QLatin1StringView(markVariable), QString::fromLatin1(m_mark));
    m_process.setProcessEnvironment(environment);
}

void RunningServer::configure(const QJsonObject &processes, const QJsonObject &top)
{
    if (!writeConfiguration(configFile(), processes, top))
        qFatal("no configuration could be written to %s", qPrintable(configFile()));
}

void RunningServer::embedIn(const QString &program)
{
    m_process.setProgram(helperProgram(program));
    m_process.setArguments({u"--config"_s, configFile(), u"--socket"_s, socketPath()});
}

void RunningServer::configure(const QByteArray &text)
{
    QFile file(configFile());
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("no configuration could be written to %s", qPrintable(configFile()));
}

RunningServer::~RunningServer()
{
    if (stop() == -1) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

void RunningServer::leaveTerminal()
{
    m_process.setChildProcessModifier([] { ::setsid(); });
}

void RunningServer::takeTerminal(int terminal, bool nohup)
{
    m_process.setChildProcessModifier([terminal, nohup] {
        ::setsid();
        ::ioctl(terminal, TIOCSCTTY, 0);
        ::signal(SIGHUP, nohup ? SIG_IGN : SIG_DFL);
    });
}

bool RunningServer::start()
{
    static const QRegularExpression ready(u"^ready"_s, QRegularExpression::MultilineOption);
    static const QRegularExpression control(
        u"^.*control.*?(http://\\S+)"_s, QRegularExpression::MultilineOption);
    m_output.clear(); // it may be started again after its end
    m_process.start();
    m_process.waitForStarted();
    const bool isReady = await([this] {
        readOutput();
        return m_process.state() == QProcess::NotRunning
            || ready.match(QString::fromUtf8(m_output)).hasMatch();
    });
    m_control = QUrl(control.match(QString::fromUtf8(m_output)).captured(1));
    return isReady && isRunning() && m_control.isValid();
}

int RunningServer::stop()
{
    m_process.terminate();
    if (!await([this] { return m_process.state() == QProcess::NotRunning; }))
        return -1;
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -2;
}

QString RunningServer::log()
{
    readOutput();
    return QString::fromUtf8(m_output);
}

void RunningServer::readOutput()
{
    m_output += m_process.readAll();
}

qint64 RunningServer::serverPid()
{
    return get(u"/api/v1/server"_s)[u"pid"_s].toInteger();
}

QByteArray RunningServer::token() const
{
    QFile file(m_folder.filePath(u"state/token"_s));
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

QJsonValue RunningServer::get(const QString &path)
{
    QNetworkRequest request(m_control.resolved(QUrl(path)));
    request.setRawHeader("Authorization", "Bearer " + token());
    const std::unique_ptr<QNetworkReply> reply(m_network.get(request));
    if (!await([&] { return reply->isFinished(); }) || reply->error() != QNetworkReply::NoError)
        return QJsonValue::Undefined;
    const QJsonDocument document = QJsonDocument::fromJson(reply->readAll());
    return document.isArray() ? QJsonValue(document.array()) : QJsonValue(document.object());
}

std::pair<int, QJsonObject> RunningServer::post(const QString &path, const QByteArray &body)
{
    QNetworkRequest request(m_control.resolved(QUrl(path)));
    request.setRawHeader("Authorization", "Bearer " + token());
    request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
    const std::unique_ptr<QNetworkReply> reply(m_network.post(request, body));
    if (!await([&] { return reply->isFinished(); }))
        return {};
    return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(),
        QJsonDocument::fromJson(reply->readAll()).object()};
}

QUrl RunningServer::serviceAddress(const QString &name)
{
    const QJsonArray services = get(u"/api/v1/server"_s)[u"services"_s].toArray();
    for (const QJsonValue &service : services)
        if (service[u"name"_s] == name)
            return QUrl(service[u"addresses"_s][0].toString());
    return {};
}

QJsonObject RunningServer::process(const QString &name)
{
    return get(u"/api/v1/processes/"_s + name)[0].toObject();
}

RunningServer::Output RunningServer::command(const QStringList &arguments)
{
    QProcess semper;
    semper.start(builtProgram(u"semper"_s), arguments + QStringList{u"--socket"_s, socketPath()});
    if (!await([&] { return semper.state() == QProcess::NotRunning; }))
        return {};
    return {semper.exitCode(), semper.readAllStandardOutput(), semper.readAllStandardError()};
}

QString builtProgram(const QString &name)
{
    return qEnvironmentVariable("SEMPER_TEST_BIN") + u'/' + name;
}

QString helperProgram(const QString &name)
{
    return qEnvironmentVariable("SEMPER_TEST_HELPERS") + u'/' + name;
}

} // namespace semper::test
