// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/boundedpattern.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

BoundedPattern::BoundedPattern(QRegularExpression expression)
    : m_expression(std::move(expression))
{ }

// Source: pcre2pattern(3), "Setting match resource limits".
std::optional<BoundedPattern> BoundedPattern::make(const QString &pattern, int mostSteps)
{
    if (pattern.isEmpty())
        return std::nullopt;
    QRegularExpression expression(u"(*LIMIT_MATCH=%1)"_s.arg(mostSteps) + pattern);
    return expression.isValid() ? std::optional(BoundedPattern(std::move(expression)))
                                : std::nullopt;
}

// Not by (*ANYCRLF), with which "." would no longer match a carriage return in the middle.
bool BoundedPattern::matches(const QByteArray &text) const
{
    qsizetype size = text.size();
    while (size > 0 && (text.at(size - 1) == '\n' || text.at(size - 1) == '\r'))
        --size;
    return m_expression.match(QString::fromUtf8(text.first(size))).hasMatch()
        || (size < text.size() && m_expression.match(QString::fromUtf8(text)).hasMatch());
}

} // namespace semper
