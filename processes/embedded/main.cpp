// SPDX-License-Identifier: GPL-3.0-or-later
// A program with a service of its own, a route, and a user process, which is this program launched
// again. It takes the options of `semper serve`; a configuration overrides what stands here by
// name.
#include <semper/httpservice.h>
#include <semper/serverapplication.h>

#include "visitorsprocess.h"

using namespace Qt::StringLiterals;

int main(int argc, char *argv[])
{
    return semper::exec(argc, argv, [](semper::ServerApplication &app) {
        auto &http
            = app.addService<semper::HttpService>(u"http"_s, {.listen = u"127.0.0.1:18306"_s});
        const semper::Counter greetings = http.counter(u"greetings");
        http.route(u"/hello"_s, [greetings] {
            greetings.add();
            return u"hello"_s;
        });
        http.route(u"/visitors"_s, [&http]() -> QCoro::Task<QJsonObject> {
            const QJsonObject question{{u"what"_s, u"most"_s}};
            co_return co_await http.ask(u"visitors"_s, question); // a process of its own answers
        });
        http.addProcess<VisitorsProcess>(u"visitors"_s, {.settings = {{u"interval_ms"_s, 1000}}});
    });
}
