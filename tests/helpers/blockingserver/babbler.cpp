// SPDX-License-Identifier: GPL-3.0-or-later
#include "babbler.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

QCoro::Task<> Babbler::run(semper::Process &process)
{
    process.onRequest([](const QJsonObject &) { return QJsonObject{{u"heard"_s, true}}; });
    const QJsonObject settings = process.settings();
    const QJsonObject message = settings.value(u"message").toObject();
    const int times = settings.value(u"times").toInt();
    for (int sent = 0; sent < times;) {
        if (process.send(message))
            ++sent;
        else // too much waits
            co_await process.sleep(1ms);
    }
    process.setStatus(u"sent");
    while (true)
        co_await process.sleep(1h);
}
