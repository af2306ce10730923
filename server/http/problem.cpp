// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/problem.h"

#include "protocol/keys.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Phrase
{
    int status;
    const char *text;
};

constexpr Phrase phrases[] = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

} // namespace

QByteArray Problem::toJson() const
{
    QJsonObject json{
        {keys::type, u"about:blank"_s},
        {keys::title, QString::fromLatin1(reasonPhrase(status))},
        {keys::status, status},
    };
    if (!detail.isEmpty())
        json.insert(keys::detail, detail);
    if (!code.isEmpty())
        json.insert(keys::code, code);
    if (!errors.isEmpty())
        json.insert(keys::errors, errors);
    return QJsonDocument(json).toJson(QJsonDocument::Compact) + '\n';
}

QByteArray reasonPhrase(int status)
{
    const auto phrase = std::ranges::find(phrases, status, &Phrase::status);
    return phrase == std::end(phrases) ? "Error"_ba : QByteArray(phrase->text);
}

} // namespace semper
