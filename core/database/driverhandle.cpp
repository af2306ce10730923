// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/driverhandle.h"

#include "database/driverlibrary.h"

#include <QSqlDriver>
#include <QVariant>

#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

[[nodiscard]] int copyOf(int socket)
{
    return socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 3);
}

} // namespace

DriverHandle::DriverHandle(const QSqlDriver &driver, DatabaseOptions::Driver kind)
{
    const QVariant handle = driver.handle();
    if (!handle.isValid() || handle.metaType().sizeOf() != qsizetype(sizeof(void *)))
        return;
    void *connection = *static_cast<void *const *>(handle.constData());
    switch (kind) {
    case DatabaseOptions::Driver::Sqlite:
        m_sqlite = connection;
        m_interrupt = findInDriver<void(void *)>(u"libqsqlite.so"_s, "sqlite3_interrupt");
        break;
    case DatabaseOptions::Driver::PostgreSql:
        if (const auto socket = findInDriver<int(const void *)>(u"libqsqlpsql.so"_s, "PQsocket"))
            m_socket = copyOf(socket(connection));
        break;
    case DatabaseOptions::Driver::MariaDb:
        m_mariaDb = connection;
        m_sqlState = findInDriver<const char *(void *)>(u"libqsqlmysql.so"_s, "mysql_sqlstate");
        if (const auto socket = findInDriver<int(void *)>(u"libqsqlmysql.so"_s, "mysql_get_socket"))
            m_socket = copyOf(socket(connection));
        break;
    }
}

DriverHandle::~DriverHandle()
{
    if (m_socket >= 0)
        ::close(m_socket);
}

DriverHandle::DriverHandle(DriverHandle &&other) noexcept
    : m_sqlite(std::exchange(other.m_sqlite, nullptr))
    , m_mariaDb(std::exchange(other.m_mariaDb, nullptr))
    , m_interrupt(other.m_interrupt)
    , m_sqlState(other.m_sqlState)
    , m_socket(std::exchange(other.m_socket, -1))
{ }

DriverHandle &DriverHandle::operator=(DriverHandle &&other) noexcept
{
    std::swap(m_sqlite, other.m_sqlite);
    std::swap(m_mariaDb, other.m_mariaDb);
    std::swap(m_interrupt, other.m_interrupt);
    std::swap(m_sqlState, other.m_sqlState);
    std::swap(m_socket, other.m_socket);
    return *this;
}

void DriverHandle::interrupt() const
{
    if (m_sqlite && m_interrupt)
        m_interrupt(m_sqlite);
    if (m_socket >= 0)
        ::shutdown(m_socket, SHUT_RDWR);
}

bool DriverHandle::isStale() const
{
    if (m_socket < 0)
        return false;
    pollfd socket{.fd = m_socket, .events = POLLRDHUP, .revents = 0};
    return ::poll(&socket, 1, 0) > 0;
}

QString DriverHandle::sqlState() const
{
    return m_mariaDb && m_sqlState ? QString::fromLatin1(m_sqlState(m_mariaDb)) : QString();
}

} // namespace semper
