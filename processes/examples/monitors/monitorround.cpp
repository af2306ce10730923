// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorround.h"

#include <semper/requesterror.h>

#include <QDateTime>
#include <QLoggingCategory>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(logMonitor, "semper.process.monitors", QtInfoMsg)

struct User
{
    qint64 id = 0;
    QString name;
    std::optional<QString> email;
};
SEMPER_ROW(User, id, name, email)

} // namespace

MonitorRound::MonitorRound(semper::Process &process)
    : m_process(process)
    , m_settings(MonitorSettings::fromJson(process.settings()))
    , m_database(process, m_settings.database)
    , m_redis(process, m_settings.redis)
{ }

QCoro::Task<> MonitorRound::logConnections(Describe describe)
{
    try {
        const auto connections = co_await m_process.service().connections();
        QStringList descriptions;
        for (const semper::Connection &connection : connections)
            descriptions.append(describe(connection));
        qCInfo(logMonitor, "connections: %lld [%ls]", qlonglong(connections.size()),
            qUtf16Printable(descriptions.join(u", "_s)));
        m_process.gauge(u"connections").set(double(connections.size()));
        m_noConnections.end();
    } catch (const semper::RequestError &error) {
        m_noConnections.begin(error.what());
    }
}

QCoro::Task<> MonitorRound::readUser()
{
    try {
        const auto user = co_await m_database.first<User>(
            u"select id, name, email from users where id = ?", m_settings.user);
        m_noDatabase.end();
        if (user)
            qCInfo(logMonitor, "user %lld: %ls <%ls>", qlonglong(user->id),
                qUtf16Printable(user->name), qUtf16Printable(user->email.value_or(u"?"_s)));
        else
            qCInfo(logMonitor, "user %lld: none", qlonglong(m_settings.user));
    } catch (const semper::DatabaseError &error) {
        m_noDatabase.begin(error.what());
    }
}

QCoro::Task<> MonitorRound::setAndGetKey()
{
    const QString key = u"monitor:"_s + m_process.name();
    try {
        co_await m_redis.set(key, QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs));
        const auto value = co_await m_redis.get(key);
        m_noRedis.end();
        qCInfo(logMonitor, "%ls = %s", qUtf16Printable(key), value.value_or("nothing").constData());
    } catch (const semper::RedisFailure &error) {
        m_noRedis.begin(error.what());
    }
}
