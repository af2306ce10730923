// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/databaseserver.h"

#include "support/freeport.h"
#include "support/processstate.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QTest>

#include <csignal>
#include <utility>

#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper::test {

namespace {

constexpr int patience = 60'000;

using Driver = DatabaseOptions::Driver;

/// Debian keeps the programs of each major version in a folder of its own.
[[nodiscard]] QString newestPostgreSql()
{
    const QDir root(u"/usr/lib/postgresql"_s);
    QString newest;
    int version = 0;
    const QStringList names = root.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        const QString folder = root.filePath(name) + u"/bin"_s;
        if (name.toInt() > version && QFile::exists(folder + u"/postgres"_s)) {
            version = name.toInt();
            newest = folder;
        }
    }
    return newest;
}

/// The account that comes with the package, or nobody.
[[nodiscard]] QString unprivileged(Driver driver)
{
    if (::geteuid() != 0)
        return {};
    const QString name = driver == Driver::PostgreSql ? u"postgres"_s : u"mysql"_s;
    return ::getpwnam(qPrintable(name)) ? name : u"nobody"_s;
}

} // namespace

DatabaseServer::DatabaseServer(Driver driver)
    : m_driver(driver)
    , m_folder(QDir::tempPath() + u"/semper-db-XXXXXX"_s) // short: sockets live in it
    , m_port(freePort())
    , m_user(unprivileged(driver))
{
    if (driver == Driver::PostgreSql) {
        m_programs = newestPostgreSql();
        if (m_programs.isEmpty())
            m_missing = u"the package postgresql is not installed"_s;
    } else {
        const QString program
            = QStandardPaths::findExecutable(u"mariadbd"_s, {u"/usr/sbin"_s, u"/usr/bin"_s});
        m_programs = program.section(u'/', 0, -2);
        if (program.isEmpty())
            m_missing = u"the package mariadb-server is not installed"_s;
    }
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    if (const passwd *user = m_user.isEmpty() ? nullptr : ::getpwnam(qPrintable(m_user)))
        if (::chown(qPrintable(m_folder.path()), user->pw_uid, user->pw_gid) != 0)
            m_missing = u"a folder cannot be given to %1"_s.arg(m_user);
}

DatabaseServer::~DatabaseServer()
{
    stop();
}

bool DatabaseServer::run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setWorkingDirectory(m_folder.path());
    if (m_user.isEmpty())
        process.start(program, arguments);
    else
        process.start(u"setpriv"_s,
            QStringList{u"--reuid"_s, m_user, u"--regid"_s, m_user, u"--clear-groups"_s, program}
                + arguments);
    const bool isDone = process.waitForFinished(patience);
    m_log += QString::fromLocal8Bit(process.readAll());
    return isDone && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
}

bool DatabaseServer::prepare()
{
    if (std::exchange(m_isPrepared, true))
        return true;
    if (m_driver == Driver::PostgreSql)
        return run(m_programs + u"/initdb"_s,
            {u"-D"_s, path(u"data"_s), u"-U"_s, u"test"_s, u"-A"_s, u"trust"_s, u"-N"_s, u"-E"_s,
                u"UTF8"_s, u"--locale=C"_s});
    QFile script(path(u"init.sql"_s));
    if (!script.open(QIODevice::WriteOnly))
        return false;
    script.write("CREATE DATABASE IF NOT EXISTS test;\n"
                 "CREATE USER IF NOT EXISTS test@'127.0.0.1';\n"
                 "GRANT ALL ON *.* TO test@'127.0.0.1';\n");
    script.setPermissions(QFile::ReadOwner | QFile::ReadGroup | QFile::ReadOther);
    return run(u"mariadb-install-db"_s,
        {u"--no-defaults"_s, u"--datadir="_s + path(u"data"_s), u"--skip-test-db"_s,
            u"--skip-name-resolve"_s, u"--auth-root-authentication-method=normal"_s});
}

QStringList DatabaseServer::serverArguments() const
{
    if (m_driver == Driver::PostgreSql)
        return {u"-D"_s, path(u"data"_s), u"-p"_s, QString::number(m_port), u"-k"_s,
            m_folder.path(), u"-c"_s, u"listen_addresses=127.0.0.1"_s, u"-c"_s, u"fsync=off"_s,
            u"-c"_s, u"max_connections=20"_s};
    return {u"--no-defaults"_s, u"--datadir="_s + path(u"data"_s),
        u"--port="_s + QString::number(m_port), u"--bind-address=127.0.0.1"_s,
        u"--socket="_s + path(u"s"_s), u"--pid-file="_s + path(u"pid"_s), u"--skip-name-resolve"_s,
        u"--init-file="_s + path(u"init.sql"_s), u"--innodb-buffer-pool-size=16M"_s,
        u"--innodb-flush-log-at-trx-commit=2"_s, u"--character-set-server=utf8mb4"_s,
        u"--skip-log-bin"_s};
}

bool DatabaseServer::answers() const
{
    // MariaDB listens before it serves, but answers to no one until then.
    QTcpSocket socket;
    socket.connectToHost(u"127.0.0.1"_s, m_port);
    if (!socket.waitForConnected(1000))
        return false;
    if (m_driver == Driver::MariaDb)
        return socket.waitForReadyRead(1000);
    QProcess ready;
    ready.start(m_programs + u"/pg_isready"_s,
        {u"-q"_s, u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(m_port)});
    return ready.waitForFinished(5000) && ready.exitCode() == 0;
}

bool DatabaseServer::start()
{
    if (!m_missing.isEmpty() || !prepare())
        return false;
    const QString program
        = m_programs + (m_driver == Driver::PostgreSql ? u"/postgres"_s : u"/mariadbd"_s);
    QElapsedTimer timer;
    timer.start();
    // Of a server that was killed something may live on for a moment: then it is tried again.
    while (timer.elapsed() < patience) {
        if (m_process.state() == QProcess::NotRunning) {
            if (m_user.isEmpty())
                m_process.start(program, serverArguments());
            else
                m_process.start(u"setpriv"_s,
                    QStringList{u"--reuid"_s, m_user, u"--regid"_s, m_user, u"--clear-groups"_s,
                        u"--pdeathsig"_s, u"KILL"_s, program}
                        + serverArguments());
            if (!m_process.waitForStarted(5000))
                return false;
        }
        if (answers() && isRunning())
            return m_driver == Driver::MariaDb || std::exchange(m_hasDatabase, true)
                || run(m_programs + u"/createdb"_s,
                    {u"-h"_s, u"127.0.0.1"_s, u"-p"_s, QString::number(m_port), u"-U"_s, u"test"_s,
                        u"test"_s});
        m_process.waitForFinished(100); // a pause, or the end of it
    }
    return false;
}

void DatabaseServer::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished(patience);
}

void DatabaseServer::freeze()
{
    signalAll([](qint64 pid) { static_cast<void>(stopProcess(pid)); });
}

void DatabaseServer::resume()
{
    signalAll([](qint64 pid) { ::kill(pid_t(pid), SIGCONT); });
}

void DatabaseServer::signalAll(void (*tell)(qint64 pid))
{
    const auto pid = m_process.processId();
    QFile file(u"/proc/%1/task/%1/children"_s.arg(pid));
    const QByteArray children = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    tell(pid);
    for (const QByteArray &child : children.simplified().split(' '))
        if (child.toInt() > 0)
            tell(child.toInt());
}

void DatabaseServer::stop()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    resume();
    // PostgreSQL ends at once, whoever is connected; MariaDB knows one way.
    ::kill(pid_t(m_process.processId()), m_driver == Driver::PostgreSql ? SIGINT : SIGTERM);
    if (!m_process.waitForFinished(20'000))
        kill();
}

QString DatabaseServer::url() const
{
    const QString scheme = m_driver == Driver::PostgreSql ? u"postgresql"_s : u"mariadb"_s;
    return u"%1://test@127.0.0.1:%2/test"_s.arg(scheme).arg(m_port);
}

QString DatabaseServer::log()
{
    m_log += QString::fromLocal8Bit(m_process.readAll());
    return m_log;
}

} // namespace semper::test
