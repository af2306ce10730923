// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/redisaddress.h>

#include "process/password.h"
#include <semper/rediserror.h>

#include <QUrl>
#include <QUrlQuery>

#include <stdexcept>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Never with the URL or a part of it, as QUrl::errorString() has it: where a / or ? in a password
/// is not percent-encoded, its rest is the path or the query.
[[noreturn]] void refuse(const QString &why)
{
    throw std::invalid_argument(u"the URL of Redis: %1"_s.arg(why).toStdString());
}

[[nodiscard]] int databaseFrom(const QString &text)
{
    bool isNumber = false;
    const int number = text.toInt(&isNumber);
    if (!isNumber || number < 0)
        refuse(u"the database is a number from 0 on"_s);
    return number;
}

[[nodiscard]] RedisAddress::Transport transportOf(const QString &scheme)
{
    if (scheme == "redis"_L1)
        return RedisAddress::Transport::Tcp;
    if (scheme == "rediss"_L1)
        return RedisAddress::Transport::Tls;
    if (scheme == "unix"_L1 || scheme == "redis+unix"_L1)
        return RedisAddress::Transport::Unix;
    refuse(u"it begins with redis://, rediss:// or unix:"_s);
}

void readPlace(RedisAddress &address, const QUrl &url)
{
    if (address.transport == RedisAddress::Transport::Unix) {
        if (!url.host().isEmpty() || !url.path().startsWith(u'/'))
            refuse(u"behind unix: stands the socket's path, from / on"_s);
        address.path = url.path(QUrl::FullyDecoded);
        return;
    }
    if (url.host().isEmpty())
        refuse(u"a host is missing"_s);
    if (url.port() == 0)
        refuse(u"a port is a number from 1 to 65535"_s);
    address.host = url.host();
    address.port = quint16(url.port(address.port));
    const QString path = url.path();
    if (path.size() > 1)
        address.database = databaseFrom(path.sliced(1));
}

void readOptions(RedisAddress &address, const QUrl &url)
{
    const QUrlQuery query(url);
    const auto items = query.queryItems(QUrl::FullyDecoded);
    const bool isTls = address.transport == RedisAddress::Transport::Tls;
    for (const auto &[name, value] : items) {
        QString *text = name == "password_file"_L1   ? &address.passwordFile
            : name == "password_variable"_L1         ? &address.passwordVariable
            : isTls && name == "ca_file"_L1          ? &address.caFile
            : isTls && name == "certificate_file"_L1 ? &address.certificateFile
            : isTls && name == "key_file"_L1         ? &address.keyFile
            : isTls && name == "server_name"_L1      ? &address.serverName
                                                     : nullptr;
        if (name == "database"_L1)
            address.database = databaseFrom(value);
        else if (!text)
            refuse(u"unknown, or only for rediss; known are database, password_file,"
                   " password_variable, ca_file, certificate_file, key_file and server_name"_s);
        else if (value.isEmpty())
            refuse(u"%1 is empty"_s.arg(name));
        else
            *text = value;
    }
    if (address.certificateFile.isEmpty() != address.keyFile.isEmpty())
        refuse(u"certificate_file and key_file go together"_s);
    if (int(!address.password.isEmpty()) + int(!address.passwordFile.isEmpty())
            + int(!address.passwordVariable.isEmpty())
        > 1)
        refuse(u"there is more than one password"_s);
}

} // namespace

RedisAddress RedisAddress::fromUrl(QAnyStringView text)
{
    const QUrl url(text.toString(), QUrl::StrictMode);
    if (!url.isValid())
        refuse(u"it cannot be read: a wrong port, or a password that is not percent-encoded"_s);
    RedisAddress address;
    address.transport = transportOf(url.scheme());
    address.user = url.userName(QUrl::FullyDecoded);
    address.password = url.password(QUrl::FullyDecoded);
    if (url.hasFragment())
        refuse(u"what is special in a password has to be percent-encoded, as # is %23"_s);
    readPlace(address, url);
    readOptions(address, url);
    if (!address.user.isEmpty() && address.password.isEmpty() && address.passwordFile.isEmpty()
        && address.passwordVariable.isEmpty())
        refuse(u"a user without a password; \":secret@\" is a password alone"_s);
    return address;
}

QString RedisAddress::toDisplay() const
{
    if (transport == Transport::Unix)
        return u"unix:%1?database=%2"_s.arg(path).arg(database);
    return u"%1://%2:%3/%4"_s.arg(transport == Transport::Tls ? u"rediss"_s : u"redis"_s,
        host.contains(u':') ? u'[' + host + u']' : host, QString::number(port),
        QString::number(database));
}

QString RedisAddress::secret() const
{
    try {
        if (!passwordVariable.isEmpty())
            return passwordFromVariable(passwordVariable);
        return passwordFile.isEmpty() ? password : passwordFromFile(passwordFile);
    } catch (const std::runtime_error &error) {
        throw RedisUnreachable(QString::fromUtf8(error.what()));
    }
}

} // namespace semper
