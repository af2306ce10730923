// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/redisserver.h"

#include "support/freeport.h"
#include "support/processstate.h"

#include <QStandardPaths>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;

namespace semper::test {

namespace {

constexpr int patience = 20000;

} // namespace

RedisServer::RedisServer(const QStringList &options, Tls tls)
    : m_options(options)
    , m_tls(tls)
{ }

RedisServer::~RedisServer()
{
    kill();
}

bool RedisServer::isInstalled()
{
    return !QStandardPaths::findExecutable(u"redis-server"_s).isEmpty();
}

QStringList RedisServer::arguments() const
{
    const QString port = QString::number(m_port);
    QStringList list{u"--dir"_s, m_folder.path(), u"--bind"_s, u"127.0.0.1"_s, u"--unixsocket"_s,
        path(u"socket"_s), u"--save"_s, QString(), u"--appendonly"_s, u"no"_s, u"--daemonize"_s,
        u"no"_s};
    if (m_tls == Tls::Yes)
        list += {u"--port"_s, u"0"_s, u"--tls-port"_s, port, u"--tls-cert-file"_s,
            m_certificates.certificate(u"server"_s), u"--tls-key-file"_s,
            m_certificates.key(u"server"_s), u"--tls-ca-cert-file"_s,
            m_certificates.certificate(u"ca"_s), u"--tls-auth-clients"_s, u"optional"_s};
    else
        list += {u"--port"_s, port};
    return list + m_options;
}

bool RedisServer::start()
{
    if (m_port == 0) {
        m_port = freePort();
        if (m_tls == Tls::Yes && !makeCertificates())
            return false;
    }
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(u"redis-server"_s, arguments());
    return QTest::qWaitFor(
               [this] {
                   m_log += m_process.readAll();
                   return m_process.state() == QProcess::NotRunning
                       || m_log.contains("eady to accept connections");
               },
               patience)
        && m_process.state() == QProcess::Running;
}

void RedisServer::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished(patience);
    m_log.clear();
}

void RedisServer::freeze()
{
    static_cast<void>(stopProcess(m_process.processId()));
}

void RedisServer::thaw()
{
    ::kill(pid_t(m_process.processId()), SIGCONT);
}

QByteArray RedisServer::cli(const QStringList &words)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    QStringList list{u"-s"_s, path(u"socket"_s)};
    if (const qsizetype at = m_options.indexOf(u"--requirepass"_s); at >= 0)
        list += {u"--no-auth-warning"_s, u"-a"_s, m_options.value(at + 1)};
    process.start(u"redis-cli"_s, list + words);
    process.waitForFinished(patience);
    return process.readAll().trimmed();
}

QString RedisServer::url() const
{
    return m_tls == Tls::Yes
        ? u"rediss://localhost:%1?ca_file=%2"_s.arg(QString::number(m_port), authority())
        : u"redis://127.0.0.1:%1"_s.arg(m_port);
}

bool RedisServer::makeCertificates()
{
    return m_certificates.make(u"ca"_s, u"Test authority"_s)
        && m_certificates.makeSigned(u"server"_s, u"localhost"_s, u"ca"_s, u"DNS:localhost"_s);
}

} // namespace semper::test
