import pytest

from waiban.core.offices.models import Office


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


def make_office(slug: str = "yt", name: str = "云汀市人民政府外事办公室") -> Office:
    return Office.objects.create(
        slug=slug,
        name=name,
        name_en="Yunting",
        short_name="云外",
        city="云汀市",
        city_en="Yunting",
        law_path="cn/nation",
    )
