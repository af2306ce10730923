// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/namerule.h"

#include "spec/jsonpath.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumNameLength = 64;

bool isFirst(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
}

bool isFurther(QChar c)
{
    return isFirst(c) || c == u'_' || c == u'.' || c == u'-';
}

} // namespace

bool isValidName(QStringView name)
{
    return !name.isEmpty() && name.size() <= maximumNameLength && isFirst(name.front())
        && std::all_of(name.begin(), name.end(), isFurther);
}

QString nameRule(const QString &name)
{
    return u"%1 is no name: at most 64 of a-z, 0-9, '_', '.' and '-', a letter or digit first"_s
        .arg(quoted(name));
}

QString fitName(const QString &text)
{
    QString name = text.toLower();
    for (QChar &c : name)
        c = isFurther(c) ? c : u'-';
    const auto first = std::find_if(name.cbegin(), name.cend(), isFirst);
    return name.sliced(first - name.cbegin())
        .first(std::min<qsizetype>(maximumNameLength, name.cend() - first));
}

} // namespace semper
