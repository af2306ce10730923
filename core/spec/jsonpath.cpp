// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/jsonpath.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype longestShown = 80;

bool isPlain(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9')
        || c == u'_' || c == u'-';
}

} // namespace

JsonPath::JsonPath(QString text)
    : m_text(std::move(text))
{ }

JsonPath JsonPath::key(const QString &name) const
{
    if (!name.isEmpty() && name.size() <= longestShown
        && std::all_of(name.begin(), name.end(), isPlain))
        return JsonPath(m_text + u'.' + name);
    return JsonPath(m_text + u'[' + quoted(name) + u']');
}

JsonPath JsonPath::index(qsizetype position) const
{
    return JsonPath(m_text + u'[' + QString::number(position) + u']');
}

QString quoted(QStringView text)
{
    const QString shown = text.size() > longestShown
        ? text.first(longestShown).toString() + u'\u2026'
        : text.toString();
    const QByteArray json = QJsonDocument(QJsonArray{shown}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(json.sliced(1, json.size() - 2));
}

} // namespace semper
