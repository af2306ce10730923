// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/databaseoptions.h>

#include <QJsonObject>
#include <QStringList>
#include <QUrl>
#include <QUrlQuery>

#include <cmath>
#include <stdexcept>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

[[noreturn]] void refuse(const QString &what, const QString &expected)
{
    throw std::invalid_argument(u"%1: %2"_s.arg(what, expected).toStdString());
}

[[nodiscard]] qint64 wholeNumber(
    const QString &key, const QJsonValue &value, qint64 least, qint64 greatest)
{
    const double number = value.toDouble(std::nan(""));
    if (!(number >= double(least) && number <= double(greatest)) || number != std::floor(number))
        refuse(key, u"expected a whole number from %1 to %2"_s.arg(least).arg(greatest));
    return qint64(number);
}

[[nodiscard]] QString text(const QString &key, const QJsonValue &value)
{
    if (value.toString().isEmpty())
        refuse(key, u"expected a text"_s);
    return value.toString();
}

[[nodiscard]] DatabaseOptions sqlite(QStringView path)
{
    if (path.startsWith(u"//"))
        path = path.sliced(2);
    if (path.isEmpty() || (path.startsWith(u':') && path != u":memory:"))
        refuse(u"url"_s, u"expected sqlite:PATH or sqlite::memory:"_s);
    DatabaseOptions options;
    options.name = path.toString();
    return options;
}

/// These go to the driver in a list of its own syntax, which knows no quoting everywhere.
[[nodiscard]] QString plainWord(const QString &key, const QString &value)
{
    for (const QChar letter : value)
        if (letter.isSpace() || u";='\\\""_s.contains(letter))
            refuse(u"url"_s, u"%1 may have no blank, quote, ;, = or \\"_s.arg(key));
    if (value.isEmpty())
        refuse(u"url"_s, u"%1 is empty"_s.arg(key));
    return value;
}

void readQuery(DatabaseOptions &options, const QUrl &url)
{
    const bool isPostgreSql = options.driver == DatabaseOptions::Driver::PostgreSql;
    const auto items = QUrlQuery(url).queryItems(QUrl::FullyDecoded);
    for (const auto &[key, value] : items) {
        if (key == "sslmode"_L1 || key == "sslrootcert"_L1 || key == "sslcert"_L1
            || key == "sslkey"_L1)
            options.tls.insert(key, plainWord(key, value));
        else if (isPostgreSql && key == "host"_L1)
            options.host = value;
        else if (!isPostgreSql && key == "socket"_L1)
            options.socket = plainWord(key, value);
        else
            refuse(u"url"_s,
                u"%1 is not known; known are sslmode, sslrootcert, sslcert, sslkey and %2"_s.arg(
                    key, isPostgreSql ? u"host"_s : u"socket"_s));
    }
    if (!isPostgreSql && options.tls.contains(u"sslmode"_s))
        refuse(u"url"_s, u"sslmode is PostgreSQL's; MariaDB is given sslrootcert"_s);
}

} // namespace

DatabaseOptions DatabaseOptions::fromUrl(QAnyStringView address)
{
    const QString text = address.toString();
    if (text.startsWith("sqlite:"_L1))
        return sqlite(QStringView(text).sliced(7));

    const QUrl url(text, QUrl::StrictMode);
    const QString scheme = url.scheme();
    DatabaseOptions options;
    if (scheme == "postgresql"_L1 || scheme == "postgres"_L1)
        options.driver = Driver::PostgreSql;
    else if (scheme == "mariadb"_L1)
        options.driver = Driver::MariaDb;
    else // what it is instead is not repeated: it may hold a password
        refuse(u"url"_s, u"expected sqlite:PATH, postgresql://... or mariadb://..."_s);
    if (!url.isValid())
        refuse(u"url"_s, u"expected %1://USER@HOST:PORT/NAME"_s.arg(scheme));
    if (!url.password().isEmpty())
        refuse(u"url"_s,
            u"settings are shown to people: use password_file or password_variable, not a"
            " password in the URL"_s);
    options.host = url.host();
    options.port = url.port();
    options.user = url.userName(QUrl::FullyDecoded);
    options.name = url.path(QUrl::FullyDecoded).mid(1);
    if (options.name.isEmpty() || options.name.contains(u'/'))
        refuse(u"url"_s, u"expected the database's name behind the host, as in /shop"_s);
    if (url.hasFragment())
        refuse(u"url"_s, u"nothing may stand behind #"_s);
    readQuery(options, url);
    return options;
}

DatabaseOptions DatabaseOptions::fromSettings(const QJsonValue &settings)
{
    if (settings.isString())
        return fromUrl(settings.toString());
    const QJsonObject object = settings.toObject();
    if (!object.contains(u"url"_s))
        refuse(u"database"_s, u"expected a URL, or an object with \"url\""_s);
    DatabaseOptions options = fromUrl(text(u"url"_s, object.value(u"url"_s)));
    for (auto it = object.constBegin(); it != object.constEnd(); ++it) {
        const QString key = it.key();
        if (key == "url"_L1)
            continue;
        else if (key == "password_file"_L1)
            options.passwordFile = text(key, it.value());
        else if (key == "password_variable"_L1)
            options.passwordVariable = text(key, it.value());
        else if (key == "connections"_L1)
            options.connections = int(wholeNumber(key, it.value(), 1, 64));
        else if (key == "queue"_L1)
            options.queue = int(wholeNumber(key, it.value(), 1, 1'000'000));
        else if (key == "timeout_ms"_L1)
            options.timeout
                = std::chrono::milliseconds(wholeNumber(key, it.value(), 1, 86'400'000));
        else if (key == "connect_timeout_ms"_L1)
            options.connectTimeout
                = std::chrono::milliseconds(wholeNumber(key, it.value(), 1, 600'000));
        else if (key == "maximum_rows"_L1)
            options.maximumRows = wholeNumber(key, it.value(), 1, 1'000'000'000);
        else if (key == "maximum_bytes"_L1)
            options.maximumBytes = wholeNumber(key, it.value(), 1, qint64(1) << 40);
        else
            refuse(key,
                u"unknown; known are url, password_file, password_variable, connections, queue,"
                " timeout_ms, connect_timeout_ms, maximum_rows and maximum_bytes"_s);
    }
    if (!options.passwordFile.isEmpty() && !options.passwordVariable.isEmpty())
        refuse(u"password_file"_s, u"either this or password_variable"_s);
    return options;
}

QString DatabaseOptions::describe() const
{
    if (driver == Driver::Sqlite)
        return u"sqlite:"_s + name;
    const QString scheme = driver == Driver::PostgreSql ? u"postgresql"_s : u"mariadb"_s;
    const QString who = user.isEmpty() ? QString() : user + u'@';
    const QString where = socket.isEmpty() ? host : socket;
    const QString at = port < 0 ? QString() : u":%1"_s.arg(port);
    return scheme + u"://"_s + who + where + at + u'/' + name;
}

} // namespace semper
