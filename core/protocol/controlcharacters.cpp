// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/controlcharacters.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr bool isPrintableAscii(char16_t unit)
{
    return unit >= 0x20 && unit < 0x7F;
}

/// The code point at \a position of \a text; a half of a pair without the other for itself.
char32_t codePointAt(QStringView text, qsizetype position)
{
    const QChar c = text[position];
    if (c.isHighSurrogate() && position + 1 < text.size() && text[position + 1].isLowSurrogate())
        return QChar::surrogateToUcs4(c, text[position + 1]);
    return c.unicode();
}

/// \a text with what \a replace makes of each control character that is not in \a kept.
template <typename Replace>
QString withControlsReplaced(QStringView text, QStringView kept, const Replace &replace)
{
    QString result;
    result.reserve(text.size());
    for (qsizetype at = 0; at < text.size();) {
        const char32_t c = codePointAt(text, at);
        const QStringView units = text.sliced(at, QChar::requiresSurrogates(c) ? 2 : 1);
        at += units.size();
        if (isControlCharacter(c) && !kept.contains(units))
            result += replace(units);
        else
            result += units;
    }
    return result;
}

} // namespace

bool isControlCharacter(char32_t c)
{
    constexpr char32_t nonJoiner = 0x200C;
    constexpr char32_t joiner = 0x200D;
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
    case QChar::Other_Surrogate:
        return true;
    case QChar::Other_Format:
        return c != nonJoiner && c != joiner;
    default:
        return false;
    }
}

QString withoutControls(const QString &text, QStringView kept, QChar substitute)
{
    const auto plain = [](QChar c) { return isPrintableAscii(c.unicode()); };
    if (std::all_of(text.cbegin(), text.cend(), plain))
        return text;
    return withControlsReplaced(text, kept, [substitute](QStringView) { return substitute; });
}

QByteArray escapeControls(const QByteArray &json)
{
    const auto plain = [](char c) { return isPrintableAscii(char16_t(uchar(c))) || c == '\n'; };
    if (std::all_of(json.cbegin(), json.cend(), plain))
        return json;
    return withControlsReplaced(QString::fromUtf8(json), u"\n", [](QStringView units) {
        QString escaped;
        for (const QChar unit : units)
            escaped += u"\\u%1"_s.arg(uint(unit.unicode()), 4, 16, QChar(u'0'));
        return escaped;
    }).toUtf8();
}

} // namespace semper
