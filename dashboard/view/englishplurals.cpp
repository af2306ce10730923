// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/englishplurals.h"

using namespace Qt::StringLiterals;

namespace semper::dashboard {

QString EnglishPlurals::translate(
    const char *, const char *sourceText, const char *, int number) const
{
    if (number < 0)
        return {};
    QString text = QString::fromUtf8(sourceText);
    text.replace(u"(es)"_s, number == 1 ? QString() : u"es"_s);
    text.replace(u"(s)"_s, number == 1 ? QString() : u"s"_s);
    return text;
}

} // namespace semper::dashboard
