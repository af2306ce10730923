// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httphandler.h"

#include "http/problemresponse.h"

#include <QLoggingCategory>

using namespace Qt::StringLiterals;

namespace semper::detail {

Q_LOGGING_CATEGORY(logHttpHandler, "semper.server.http", QtInfoMsg)

QHttpServerResponse handlerThrew(const QString &route, const char *what)
{
    const QString whose = route.isEmpty() ? u"a handler"_s : u"the handler of "_s + route;
    qCWarning(logHttpHandler, "%ls threw: %s", qUtf16Printable(whose), what);
    return problemResponse({.status = 500, .detail = u"the handler failed"_s});
}

QHttpServerResponse handlerStopped()
{
    return problemResponse({.status = 503, .detail = u"the service ends"_s});
}

QHttpServerResponse tooManyUnderWay()
{
    return problemResponse({.status = 503,
        .detail = u"too many requests are under way"_s,
        .headers = {{"Retry-After"_ba, "1"_ba}}});
}

} // namespace semper::detail
