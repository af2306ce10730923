// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/bearertoken.h"

#include "os/samesecret.h"
#include "os/secretfile.h"

#include <algorithm>
#include <array>
#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype secretBytes = 32;
constexpr qsizetype shortestToken = 32; ///< of one that an administrator wrote

QByteArray makeToken()
{
    QByteArray secret(secretBytes, '\0');
    if (::getentropy(secret.data(), static_cast<size_t>(secret.size())) != 0)
        return {};
    return secret.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

bool isTokenByte(char byte)
{
    const char lower = static_cast<char>(byte | 0x20);
    return (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'z') || byte == '-'
        || byte == '_';
}

} // namespace

BearerToken::BearerToken(QByteArray text)
    : m_text(std::move(text))
{ }

std::variant<BearerToken, QString> BearerToken::load(const QString &stateDirectory)
{
    const QString path = stateDirectory + u"/token"_s;
    const QByteArray fresh = makeToken();
    if (fresh.isEmpty())
        return u"the kernel gives no random bytes for %1"_s.arg(path);
    auto kept = readOrCreateSecret(stateDirectory, u"token"_s, fresh + '\n');
    if (auto *problem = std::get_if<QString>(&kept))
        return std::move(*problem);
    QByteArray text = std::get<QByteArray>(std::move(kept));
    if (text.endsWith('\n'))
        text.chop(1);
    if (text.size() < shortestToken || !std::ranges::all_of(text, isTokenByte)) {
        return u"%1 holds no token: at least %2 characters of A-Z a-z 0-9 - _ are needed; "
               "remove it to have a new one made"_s.arg(path)
                   .arg(shortestToken);
    }
    return BearerToken(std::move(text));
}

bool BearerToken::matches(QByteArrayView token) const
{
    return isSameSecret(token, m_text);
}

} // namespace semper
