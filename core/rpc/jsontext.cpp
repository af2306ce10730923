// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/jsontext.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace semper {

namespace {

bool isBlank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/// Behind the string that begins at \a at.
qsizetype behindString(QByteArrayView text, qsizetype at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return at + 1;
}

/// Behind the value that begins at \a at.
qsizetype behindValue(QByteArrayView text, qsizetype at)
{
    int depth = 0;
    while (at < text.size()) {
        const char byte = text[at];
        if (byte == '"') {
            at = behindString(text, at);
            continue;
        }
        if (byte == '{' || byte == '[')
            ++depth;
        else if ((byte == '}' || byte == ']') && --depth < 0)
            return at;
        else if (depth == 0 && (byte == ',' || isBlank(byte)))
            return at;
        ++at;
    }
    return text.size();
}

QByteArrayView sliced(QByteArrayView text, qsizetype from, qsizetype behind)
{
    behind = std::min(behind, text.size());
    return text.sliced(from, behind - from);
}

QString plainKey(QByteArrayView quoted)
{
    if (quoted.contains('\\'))
        return fromJsonText(quoted).toString();
    return QString::fromUtf8(quoted.sliced(1, quoted.size() - 2));
}

} // namespace

bool nestsDeeperThan(QByteArrayView text, int depth)
{
    int open = 0;
    for (qsizetype at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        if (byte == '"')
            at = behindString(text, at) - 1;
        else if ((byte == '{' || byte == '[') && ++open > depth)
            return true;
        else if (byte == '}' || byte == ']')
            --open;
    }
    return false;
}

QList<JsonSlice> jsonSlices(QByteArrayView text)
{
    QList<JsonSlice> slices;
    qsizetype at = 0;
    while (at < text.size() && text[at] != '{' && text[at] != '[')
        ++at;
    const bool isObject = at < text.size() && text[at] == '{';
    ++at;
    while (at < text.size()) {
        const char byte = text[at];
        if (isBlank(byte) || byte == ',') {
            ++at;
            continue;
        }
        if (byte == '}' || byte == ']')
            break;
        JsonSlice slice;
        if (isObject) {
            const qsizetype behind = behindString(text, at);
            slice.key = plainKey(sliced(text, at, behind));
            at = behind;
            while (at < text.size() && (isBlank(text[at]) || text[at] == ':'))
                ++at;
        }
        const qsizetype behind = behindValue(text, at);
        slice.text = sliced(text, at, behind);
        slices.append(slice);
        at = behind;
    }
    return slices;
}

bool isJsonNumber(QByteArrayView text)
{
    qsizetype at = 0;
    const auto digits = [&] {
        const qsizetype first = at;
        while (at < text.size() && isDigit(text[at]))
            ++at;
        return at - first;
    };
    if (at < text.size() && text[at] == '-')
        ++at;
    const bool leadingZero = at < text.size() && text[at] == '0';
    const qsizetype whole = digits();
    if (whole == 0 || (leadingZero && whole > 1))
        return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0)
            return false;
    }
    if (at < text.size() && (text[at] | 0x20) == 'e') {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        if (digits() == 0)
            return false;
    }
    return at == text.size();
}

QByteArray toJsonText(const QJsonValue &value)
{
    if (value.isObject())
        return QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
    if (value.isArray())
        return QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact);
    // QJsonDocument writes objects and arrays only.
    const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return array.sliced(1, array.size() - 2);
}

QJsonValue fromJsonText(QByteArrayView text)
{
    const QByteArray array = '[' + text.toByteArray() + ']';
    const QJsonArray items = QJsonDocument::fromJson(array).array();
    return items.size() == 1 ? items.at(0) : QJsonValue(QJsonValue::Undefined);
}

} // namespace semper
